// Connections that stand in the configuration: whether each works is found out after the start, in the background, told to
// whoever listens, and remembered for whoever asks. Nobody saves them, so that nobody would hear of it otherwise.
import timers from 'node:timers/promises'
import { findingOf } from '../findings.ts'
import type { Publish, ServiceEvent } from '../observe/events.ts'
import { OTHER_FEATURES } from '../quota/selection.ts'
import type { QuotaAction } from '../quota/service.ts'
import type { Source } from '../quota/source.ts'
import { SHARED } from '../store/connection-key.ts'
import { type CheckedHealth, checkConnection } from './connection-check.ts'
import { publishHealth } from './site-health.ts'

/** One that does not work is tried again after this time, then after twice that, and so on. */
const AGAIN_MS = 60_000
const AGAIN_MAX_MS = 600_000

/** Of these nobody has found out yet that they work. */
const UNSETTLED: ReadonlySet<CheckedHealth['health']> = new Set(['unchecked', 'failing'])
const UNCHECKED: CheckedHealth = { health: 'unchecked', finding: '', hidden: [], checkedAt: 0 }

export interface SharedConnections {
  /** What is known of each, by its provider's name: what the last check found, or why the last fetch failed. */
  health(): ReadonlyMap<string, CheckedHealth>
  /** Asks the provider now; undefined for one that has no connection in the configuration. */
  check(provider: string): Promise<CheckedHealth | undefined>
  /** Begins to check those that are to be checked. */
  start(): void
  /** To be told of every event. */
  listener: (event: ServiceEvent) => void
  /** Gives up the checks that nobody waits for. */
  close(): Promise<void>
}

export interface SharedConnectionsOptions {
  /** By name. */
  sources: ReadonlyMap<string, Source>
  actions: ReadonlyMap<string, QuotaAction>
  /** What is known from before, of those about which nothing changed. */
  known?: ReadonlyMap<string, CheckedHealth>
  publish: Publish
  /** How often each is checked again, in milliseconds; 0 for never. */
  recheckMs?: (provider: string) => number
  /** Hears of faults of ours. */
  onFault: (error: unknown) => void
  /** Milliseconds since 1970. */
  now: () => number
}

/** Whether a provider's connection stands in the configuration, and is more than nothing. */
export function hasSharedConnection({ shared, adapter }: Source): boolean {
  return shared !== undefined && Object.keys(adapter.connectionSchema.properties).length > 0
}

export function createSharedConnections(options: SharedConnectionsOptions): SharedConnections {
  const { actions, publish, onFault, now } = options
  const sources = new Map([...options.sources].filter(([, source]) => hasSharedConnection(source)))
  const checked = new Map([...sources.keys()].map(name => [name, options.known?.get(name) ?? UNCHECKED]))
  /** Of those whose last fetch failed. */
  const failing = new Map<string, CheckedHealth>()
  const stopped = new AbortController()
  let underWay: Promise<unknown> = Promise.resolve()

  async function ask(source: Source, signal?: AbortSignal): Promise<CheckedHealth> {
    const found = await checkConnection(source, source.shared?.connection, now, signal)
    if (signal?.aborted) return found
    const { health, finding } = checked.get(source.name) ?? UNCHECKED
    checked.set(source.name, found)
    failing.delete(source.name)
    publishHealth(publish, source, SHARED, found)
    if (found.health !== health || found.finding !== finding) tell(source, found)
    return found
  }

  function tell({ name, adapter }: Source, { health, finding, hidden }: CheckedHealth): void {
    if (health === 'unchecked') return
    const [message, remedy] = findingOf(finding, adapter.findings) ?? []
    const silentActions = [...actions]
      .filter(([, { source, enforced, features }]) => source.name === name && enforced && showsOnly(features, hidden))
      .map(([key]) => key)
    const why = { ...(finding !== '' && { finding }), ...(message && { message }), ...(remedy && { remedy }) }
    publish({ kind: 'connection-checked', provider: name, health, ...why, hidden, silentActions })
  }

  /** Soon again after one that failed; otherwise as often as is configured. */
  async function keepAsking(source: Source, recheckMs: number, firstMs: number): Promise<void> {
    const { signal } = stopped
    // It ends early only with an error, when the service stops.
    const wait = (ms: number) => timers.setTimeout(ms, undefined, { signal, ref: false }).catch(() => {})
    if (firstMs > 0) await wait(firstMs)
    for (let againMs = AGAIN_MS; !signal.aborted; ) {
      const { health } = await ask(source, signal)
      if (health !== 'failing' && recheckMs === 0) return
      await wait(health === 'failing' ? againMs : recheckMs)
      againMs = health === 'failing' ? Math.min(againMs * 2, AGAIN_MAX_MS) : AGAIN_MS
    }
  }

  /** When the first check is due, in milliseconds from now; undefined for never. */
  function firstAfterMs({ name, shared }: Source, recheckMs: number): number | undefined {
    const { health, checkedAt } = checked.get(name) ?? UNCHECKED
    if (shared?.checkOnStart && UNSETTLED.has(health)) return 0
    if (recheckMs === 0) return undefined
    return checkedAt === 0 ? recheckMs : Math.max(1, checkedAt + recheckMs - now())
  }

  return {
    health: () => new Map([...checked, ...failing]),
    async check(provider) {
      const source = sources.get(provider)
      return source && ask(source)
    },
    start() {
      const asking = [...sources.values()].map(async source => {
        const recheckMs = options.recheckMs?.(source.name) ?? 0
        const firstMs = firstAfterMs(source, recheckMs)
        if (firstMs !== undefined) await keepAsking(source, recheckMs, firstMs).catch(onFault)
      })
      underWay = Promise.all(asking)
    },
    listener(event) {
      if (event.kind !== 'fetch-done' && event.kind !== 'fetch-failed') return
      const { provider, instanceId } = event.key
      const last = checked.get(provider)
      if (instanceId !== SHARED || !last) return
      if (event.kind === 'fetch-failed')
        failing.set(provider, {
          health: 'failing',
          finding: event.failure.finding ?? '',
          hidden: last.hidden,
          checkedAt: now()
        })
      else {
        failing.delete(provider)
        // Numbers came: it works again, and whether it tells all is not known.
        if (last.health === 'failing') checked.set(provider, UNCHECKED)
      }
    },
    async close() {
      stopped.abort()
      await underWay
    }
  }
}

function showsOnly(features: readonly string[], hidden: readonly string[]): boolean {
  return !features.includes(OTHER_FEATURES) && features.every(feature => hidden.includes(feature))
}
