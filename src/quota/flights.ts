// One question at a time: all who ask about one connection wait for one fetch, across replicas too.
import { setTimeout as sleep } from 'node:timers/promises'
import type { SiteKey } from '../store/changes.ts'
import type { Locks } from '../store/locks.ts'
import { type Freshness, hasRenewed, planSignature, type Snapshot } from './freshness.ts'
import { ProviderError, type QuotaProvider } from './provider.ts'
import { createRefusals } from './refusals.ts'
import { type Entry, idOf, type SnapshotCache } from './snapshot-cache.ts'

/** A plan that was bought shows within minutes; after this time nothing was bought. */
export const MARK_MS = 30 * 60_000
/** An upstream's billing is asked past its cache at most this often. */
const REFRESH_EVERY_MS = 10_000
/** How often a replica looks whether the one that is fetching has finished. */
const POLL_MS = 50

export interface FetchRequest {
  /** `instanceId` is empty for a connection that all sites share. */
  key: SiteKey
  provider: QuotaProvider
  connection: unknown
  freshness: Freshness
}

export interface Fetched {
  snapshot: Snapshot
  /** How long the upstream took, in milliseconds; 0 when another replica asked it. */
  upstreamMs: number
}

interface Flight {
  /** Of the connection that asks: another connection's answer is no answer. */
  fingerprint: string
  result: Promise<Fetched>
  /** The connection changed since: what comes may be shown to those who wait, but must not be kept. */
  overtaken: boolean
}

export interface FlightsOptions {
  cache: SnapshotCache
  /** Across replicas; absent where there is only one. */
  locks?: Locks
  now: () => number
  onStoreError: (error: Error) => void
}

export interface Flights {
  /** What is under way for a connection, or with undefined for all, must not be kept. */
  overtake(id: string | undefined): void
  /** The fetch that is under way for a connection, or a new one. */
  join(request: FetchRequest, entry: Entry): Promise<Fetched>
}

export function createFlights({ cache, locks, now, onStoreError }: FlightsOptions): Flights {
  const flights = new Map<string, Flight>()
  const refusals = createRefusals()

  /** Asks the upstream, or waits for the replica that does. */
  function startFlight(request: FetchRequest, entry: Entry): Flight {
    const id = idOf(request.key)
    const { promise, resolve, reject } = Promise.withResolvers<Fetched>()
    // Those who wait hear of a failure; when nobody does any more, that is no fault.
    promise.catch(() => {})
    const flight: Flight = { fingerprint: entry.fingerprint, result: promise, overtaken: false }
    flights.set(id, flight)
    fly(request, entry, flight, resolve)
      .catch(reject)
      .finally(() => {
        if (flights.get(id) === flight) flights.delete(id)
      })
    return flight
  }

  async function fly(
    request: FetchRequest,
    entry: Entry,
    flight: Flight,
    land: (fetched: Fetched) => void
  ): Promise<void> {
    const { key, freshness } = request
    const giveUpAt = performance.now() + freshness.deadlineMs
    for (;;) {
      const unlock = await tryLock(idOf(key))
      if (unlock !== 'busy') {
        try {
          return await fetchOrAdopt(request, entry, flight, land, unlock !== undefined)
        } finally {
          await unlock?.()
        }
      }
      if (performance.now() > giveUpAt) throw new ProviderError('PROVIDER_TIMEOUT', 'timeout')
      await sleep(POLL_MS)
      const newer = await cache.newerThan(entry, key, freshness)
      if (newer) return adopt(key, entry, newer, flight, land)
    }
  }

  /** Without an answer from the database each replica asks by itself. */
  async function tryLock(id: string): Promise<(() => Promise<void>) | undefined | 'busy'> {
    if (!locks) return undefined
    try {
      return (await locks.tryLock(id)) ?? 'busy'
    } catch (error) {
      if (error instanceof Error) onStoreError(error)
      return undefined
    }
  }

  function adopt(
    key: SiteKey,
    entry: Entry,
    snapshot: Snapshot,
    flight: Flight,
    land: (fetched: Fetched) => void
  ): void {
    if (!flight.overtaken) cache.remember(key, entry, snapshot, cache.current(key, entry).mark)
    land({ snapshot, upstreamMs: 0 })
  }

  async function fetchOrAdopt(
    request: FetchRequest,
    entry: Entry,
    flight: Flight,
    land: (fetched: Fetched) => void,
    locked: boolean
  ): Promise<void> {
    const { key, freshness } = request
    // Another replica may have finished just before the lock was ours.
    const newer = locked ? await cache.newerThan(entry, key, freshness) : undefined
    if (newer) return adopt(key, entry, newer, flight, land)
    const fetched = await fetchNow(request, entry)
    if (flight.overtaken) return land(fetched)
    const { snapshot } = fetched
    const { mark } = cache.current(key, entry)
    const plan = planSignature(snapshot.report)
    // A mark that was set before any report was seen waits for a plan other than this first one.
    const before = mark?.signature || plan
    const settled = mark !== undefined && (!cache.isMarked(mark) || before !== plan)
    cache.remember(key, entry, snapshot, settled || !mark ? undefined : { ...mark, signature: before })
    // Those who wait need not wait for the store.
    land(fetched)
    await cache.keep(key, entry, snapshot)
    if (settled) await cache.setMark(key, cache.current(key, entry), undefined, false)
  }

  async function fetchNow({ key, provider, connection, freshness }: FetchRequest, entry: Entry): Promise<Fetched> {
    const refusalId = `${idOf(key)}\n${entry.fingerprint}`
    refusals.check(refusalId)
    const fetchedAt = now()
    const started = performance.now()
    const mark = await dueMark(key, entry, fetchedAt)
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), freshness.deadlineMs)
    try {
      const report = await provider.fetchReport(connection, {
        signal: abort.signal,
        planMayHaveChanged: mark,
        deadlineAt: started + freshness.deadlineMs
      })
      return { snapshot: { report, fetchedAt }, upstreamMs: performance.now() - started }
    } catch (error) {
      if (error instanceof ProviderError) refusals.remember(refusalId, error)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  /** Whether this fetch passes the upstream's caches by; if so, that is noted, since it may not do so again at once. */
  async function dueMark(key: SiteKey, entry: Entry, at: number): Promise<boolean> {
    const { mark, snapshot } = cache.current(key, entry)
    const renewed = snapshot !== undefined && !cache.isMarked(mark) && hasRenewed(snapshot, at)
    const current = renewed ? { until: at + MARK_MS, signature: planSignature(snapshot.report), refreshedAt: 0 } : mark
    if (!cache.isMarked(current) || at - current.refreshedAt < REFRESH_EVERY_MS) return false
    await cache.setMark(key, cache.current(key, entry), { ...current, refreshedAt: at }, false)
    return true
  }

  return {
    overtake(id) {
      for (const each of id === undefined ? [...flights.keys()] : [id]) {
        const flight = flights.get(each)
        if (flight) flight.overtaken = true
        flights.delete(each)
      }
    },
    join(request, entry) {
      const underWay = flights.get(idOf(request.key))
      const flight = underWay?.fingerprint === entry.fingerprint ? underWay : startFlight(request, entry)
      return flight.result
    }
  }
}
