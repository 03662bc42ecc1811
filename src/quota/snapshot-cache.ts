// Snapshots and marks as one replica knows them: in memory first, then in the store, whose failure costs no more than what it knew.
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { SiteKey } from '../store/changes.ts'
import type { Store } from '../store/index.ts'
import type { Mark } from '../store/snapshots.ts'
import { CHANGING_FRESH_FOR_MS, type Freshness, isFresh, type Snapshot } from './freshness.ts'
import { readReport, writeReport } from './snapshot-json.ts'

/** Connections whose last report is kept in memory. */
const SNAPSHOTS_MAX = 10_000
/** Snapshots that were fetched together must not all grow old together. */
const TTL_JITTER = 0.1

export interface Entry {
  /** Of the connection that the snapshot was fetched with. */
  fingerprint: string
  snapshot?: Snapshot
  mark?: Mark
  /** A little less than 1, the same for as long as this snapshot is kept. */
  jitter: number
}

export interface SnapshotCacheOptions {
  store?: Pick<Store, 'snapshots' | 'changes'>
  /** Milliseconds since 1970. */
  now: () => number
  /** Hears of a store that does not answer: snapshots then live in memory alone. */
  onStoreError: (error: Error) => void
}

export type SnapshotCache = ReturnType<typeof createSnapshotCache>

/** `onForget` hears of each connection about which nothing known is true any more. */
export function createSnapshotCache(
  { store, now, onStoreError }: SnapshotCacheOptions,
  onForget: (id: string | undefined) => void
) {
  const entries = new LRUCache<string, Entry>({ max: SNAPSHOTS_MAX })

  store?.changes.subscribe(key => {
    if (key) entries.delete(idOf(key))
    else entries.clear()
    onForget(key && idOf(key))
  })

  /** Does something with the store, whose failure costs no more than what it would have known. */
  async function tryStore<Result>(work: Promise<Result> | undefined): Promise<Result | undefined> {
    try {
      return await work
    } catch (error) {
      if (error instanceof Error) onStoreError(error)
      return undefined
    }
  }

  async function load(key: SiteKey, fingerprint: string): Promise<Entry> {
    const stored = await tryStore(store?.snapshots.get(key))
    const report = stored?.snapshot?.fingerprint === fingerprint ? readReport(stored.snapshot.report) : undefined
    return {
      fingerprint,
      jitter: newJitter(),
      ...(report && stored?.snapshot && { snapshot: { report, fetchedAt: stored.snapshot.fetchedAt } }),
      ...(stored?.mark && { mark: stored.mark })
    }
  }

  async function entryOf(key: SiteKey, fingerprint: string): Promise<Entry> {
    const id = idOf(key)
    const known = entries.get(id)
    if (known?.fingerprint === fingerprint) return known
    const loaded = await load(key, fingerprint)
    // Somebody else may have loaded it meanwhile, and fetched.
    const meanwhile = entries.get(id)
    if (meanwhile?.fingerprint === fingerprint) return meanwhile
    entries.set(id, loaded)
    return loaded
  }

  function isMarked(mark: Mark | undefined): mark is Mark {
    return mark !== undefined && now() < mark.until
  }

  function freshForMs({ mark, jitter }: Entry, freshness: Freshness): number {
    return isMarked(mark) ? CHANGING_FRESH_FOR_MS : freshness.freshForMs * jitter
  }

  /** What another replica has stored since, if it is fresh. */
  async function newerThan(entry: Entry, key: SiteKey, freshness: Freshness): Promise<Snapshot | undefined> {
    const { snapshot } = await load(key, entry.fingerprint)
    const isNewer = snapshot && snapshot.fetchedAt > (entry.snapshot?.fetchedAt ?? Number.NEGATIVE_INFINITY)
    return isNewer && isFresh(snapshot, freshForMs(entry, freshness), now()) ? snapshot : undefined
  }

  return {
    tryStore,
    entryOf,
    isMarked,
    freshForMs,
    newerThan,
    /** The entry as it is now, which may be newer than the one that a call began with. */
    current: (key: SiteKey, entry: Entry): Entry => ({ ...entry, ...entries.get(idOf(key)) }),
    /** Whatever is known, with whichever connection it was fetched. */
    async anyEntry(key: SiteKey): Promise<Entry> {
      return (
        entries.get(idOf(key)) ?? load(key, (await tryStore(store?.snapshots.get(key)))?.snapshot?.fingerprint ?? '')
      )
    },
    remember(key: SiteKey, entry: Entry, snapshot: Snapshot, mark: Mark | undefined): void {
      entries.set(idOf(key), { fingerprint: entry.fingerprint, snapshot, jitter: newJitter(), ...(mark && { mark }) })
    },
    async keep(key: SiteKey, { fingerprint }: Entry, { fetchedAt, report }: Snapshot): Promise<void> {
      await tryStore(
        store?.snapshots.put(key, { fingerprint, fetchedAt, report: writeReport(report) }, key.instanceId !== '')
      )
    },
    /** Sets a mark, or with undefined ends it. */
    async setMark(key: SiteKey, entry: Entry, mark: Mark | undefined, tellOthers: boolean): Promise<void> {
      const { mark: _old, ...rest } = entry
      entries.set(idOf(key), mark ? { ...rest, mark } : rest)
      await tryStore(store?.snapshots.setMark(key, mark, tellOthers))
    }
  }
}

function newJitter(): number {
  return 1 - Math.random() * TTL_JITTER
}

/** Names a connection's place in memory and in locks. */
export function idOf({ provider, instanceId }: SiteKey): string {
  return JSON.stringify([provider, instanceId])
}

/** Tells one connection from the next without telling anything of it. */
export function fingerprintOf(connection: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(connection) ?? '')
    .digest('hex')
    .slice(0, 32)
}
