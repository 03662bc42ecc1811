// Connections that stand in the configuration: whether each works is found out after the start, in the background, told to
// whoever listens, and remembered for whoever asks. Nobody saves them, so that nobody would hear of it otherwise.
import timers from 'node:timers/promises'
import { findingOf } from '../findings.ts'
import type { Publish, ServiceEvent } from '../observe/events.ts'
import { OTHER_FEATURES, type QuotaAction } from '../quota/service.ts'
import type { Source } from '../quota/source.ts'
import { SHARED } from '../store/connection-key.ts'
import { type CheckedHealth, checkConnection } from './connection-check.ts'

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

  async function keepAsking(source: Source): Promise<void> {
    const { signal } = stopped
    for (let againMs = AGAIN_MS; !signal.aborted; againMs = Math.min(againMs * 2, AGAIN_MAX_MS)) {
      const { health } = await ask(source, signal)
      if (health !== 'failing') return
      // It ends early only with an error, when the service stops.
      await timers.setTimeout(againMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  return {
    health: () => new Map([...checked, ...failing]),
    async check(provider) {
      const source = sources.get(provider)
      return source && ask(source)
    },
    start() {
      const isToBeChecked = ({ name, shared }: Source) =>
        shared?.checkOnStart && UNSETTLED.has((checked.get(name) ?? UNCHECKED).health)
      const chosen = [...sources.values()].filter(isToBeChecked)
      underWay = Promise.all(chosen.map(source => keepAsking(source).catch(onFault)))
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
