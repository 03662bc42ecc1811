// How the sites' own connections are: noted wherever it is found out, by a check or by a quota call, and told to whoever listens.

import { isDeepStrictEqual } from 'node:util'
import { BulkheadRejectedError, bulkhead } from 'cockatiel'
import { findingOf } from '../findings.ts'
import type { Publish, ServiceEvent } from '../observe/events.ts'
import { ProviderError } from '../quota/provider.ts'
import type { Source } from '../quota/source.ts'
import { SERVICE_ACTOR } from '../store/audit.ts'
import { type ConnectionKey, idOf, SHARED } from '../store/connection-key.ts'
import {
  type Connections,
  type Health,
  type HealthReport,
  type StoredConnection,
  UNREADABLE
} from '../store/connections.ts'
import type { Store } from '../store/index.ts'
import { checkConnection } from './connection-check.ts'
import { isAboutConnection } from './gentleness.ts'

/** How often the other replicas' findings are read. */
const LOOK_EVERY_MS = 60_000
/** Connections that are known to fail. */
const FAILING_MAX = 10_000
/** What is learnt is written by so many at once, and so many may wait; what is more is learnt from a later call. */
const AT_ONCE = 2
const WAITING_MAX = 1000

/** Notes what was found of a stored connection, in somebody's name; gives what is stored now. */
export type NoteHealth = (
  source: Source,
  checked: StoredConnection,
  found: HealthReport,
  actor: string
) => Promise<StoredConnection | undefined>

export function createNoteHealth(connections: Pick<Connections, 'setHealth'>, publish: Publish): NoteHealth {
  return async (source, checked, found, actor) => {
    const stored = await connections.setHealth(checked, found, actor)
    // Otherwise it was changed meanwhile, and nothing is known of what is there now.
    if (stored?.checkedAt === found.checkedAt) publishHealth(publish, source, checked.instanceId, found, checked.health)
    return stored
  }
}

/** Tells what was found of a site's connection, or with SHARED of that of all; nothing where nobody looked at it. */
export function publishHealth(
  publish: Publish,
  { name, adapter }: Source,
  instanceId: string,
  { health, finding, expiresAt }: HealthReport,
  before?: Health
): void {
  if (health === 'unchecked') return
  const [message, remedy] = findingOf(finding, adapter.findings) ?? []
  publish({
    kind: 'connection-health',
    key: { provider: name, instanceId },
    health,
    finding,
    ...(message !== undefined && { message }),
    ...(remedy !== undefined && { remedy }),
    ...(before !== undefined && { before }),
    ...(expiresAt !== undefined && { expiresAt })
  })
}

export interface SiteHealth {
  /** Asks the provider of a site's connection whether it works, and notes what is found; nothing where there is none any more. */
  check(source: Source, key: ConnectionKey): Promise<void>
  /** To be told of every event: learns from fetches. */
  listener: (event: ServiceEvent) => void
  /** Begins to read what other replicas find. */
  start(): void
  /** Gives up what nobody waits for. */
  close(): Promise<void>
}

export interface SiteHealthOptions {
  store: { connections: Pick<Connections, 'get' | 'setHealth'>; rechecks: Pick<Store['rechecks'], 'failing'> }
  /** By name. */
  sources: Pick<ReadonlyMap<string, Source>, 'get'>
  publish: Publish
  /** Hears of a database that does not answer, and of faults of ours. */
  onError: (error: Error) => void
  /** Milliseconds since 1970. */
  now: () => number
}

export function createSiteHealth({ store, sources, publish, onError, now }: SiteHealthOptions): SiteHealth {
  const { connections, rechecks } = store
  const note = createNoteHealth(connections, publish)
  const stopped = new AbortController()
  const { signal } = stopped
  const work = bulkhead(AT_ONCE, WAITING_MAX)
  const underWay = new Set<Promise<void>>()
  /** What is being looked into. */
  const busy = new Set<string>()
  /** With what was found. */
  let failing = new Map<string, string>()
  let timer: NodeJS.Timeout | undefined

  async function check(source: Source, key: ConnectionKey): Promise<void> {
    const stored = await connections.get(key)
    if (!stored) return
    const found = await lookInto(source, stored)
    if (!found || signal.aborted) return
    await note(source, stored, found, SERVICE_ACTOR)
  }

  async function lookInto(source: Source, stored: StoredConnection): Promise<HealthReport | undefined> {
    const failed = (finding: string): HealthReport => ({ health: 'failing', finding, checkedAt: now() })
    if (stored.connection === undefined) return failed(UNREADABLE)
    try {
      const known = await source.connectionOf(stored.instanceId)
      // It was changed a moment ago: whoever did so has it checked.
      if (!isDeepStrictEqual(known?.connection, stored.connection)) return undefined
      return await checkConnection(source, stored.connection, now, signal)
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error
      // It does not fit what the configuration asks for by now.
      return error.code === 'PROVIDER_REJECTED' ? failed(error.finding) : undefined
    }
  }

  function remember(key: ConnectionKey, { health, finding }: Pick<HealthReport, 'health' | 'finding'>): void {
    if (health === 'failing') failing.set(idOf(key), finding)
    else failing.delete(idOf(key))
  }

  async function learnFailure(source: Source, key: ConnectionKey, finding: string): Promise<void> {
    const stored = await connections.get(key)
    if (!stored || stored.connection === undefined) return
    const found: HealthReport = {
      health: 'failing',
      finding,
      checkedAt: now(),
      ...(stored.expiresAt !== undefined && { expiresAt: stored.expiresAt })
    }
    const isKnown = stored.health === 'failing' && stored.finding === finding
    if (isKnown) remember(key, found)
    else await note(source, stored, found, SERVICE_ACTOR)
  }

  /** One at a time for a connection. */
  function later(key: ConnectionKey, learn: () => Promise<void>): void {
    const id = idOf(key)
    if (busy.has(id) || signal.aborted) return
    busy.add(id)
    const learning = work
      .execute(() => (signal.aborted ? undefined : learn()))
      .catch((error: unknown) => {
        if (!(error instanceof BulkheadRejectedError)) tell(error)
      })
      .finally(() => {
        busy.delete(id)
        underWay.delete(learning)
      })
    underWay.add(learning)
  }

  function tell(error: unknown): void {
    if (error instanceof Error) onError(error)
  }

  async function look(): Promise<void> {
    const rows = await rechecks.failing(FAILING_MAX)
    failing = new Map(rows.map(row => [idOf(row), row.finding]))
  }

  return {
    check,
    listener(event) {
      if (event.kind !== 'fetch-failed' && event.kind !== 'fetch-done' && event.kind !== 'connection-health') return
      const { provider, instanceId } = event.key
      if (instanceId === SHARED) return
      const key = { provider, instanceId }
      // Whoever found it out: also this very service, by a check.
      if (event.kind === 'connection-health') return remember(key, event)
      const known = failing.get(idOf(key))
      const source = sources.get(provider)
      if (!source) return
      if (event.kind === 'fetch-failed') {
        const { code, finding = '' } = event.failure
        if (code === 'PROVIDER_REJECTED' && isAboutConnection(finding) && finding !== known)
          later(key, () => learnFailure(source, key, finding))
        return
      }
      // Numbers came: it works again, and a check tells whether it tells all.
      if (known !== undefined) later(key, () => check(source, key))
    },
    start() {
      const lookOnce = () => void look().catch(tell)
      lookOnce()
      timer = setInterval(lookOnce, LOOK_EVERY_MS).unref()
    },
    async close() {
      stopped.abort()
      clearInterval(timer)
      await Promise.all(underWay)
    }
  }
}
