// The configured providers, ready to be asked. One about which nothing changed goes on as it is, with its connections and what it
// knows of its upstream; one that is no longer wanted is closed when its last call is over.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { isSameProvider } from '../config/difference.ts'
import type { Configuration } from '../config/load.ts'
import type { ConfiguredProvider } from '../config/providers.ts'
import type { Publish } from '../observe/events.ts'
import { gently } from '../providers/gentleness.ts'
import type { TimedProvider } from '../quota/provider.ts'
import { createSource, fetchWithinMs, type Source } from '../quota/source.ts'
import type { Store } from '../store/index.ts'

/** A call that was begun with a source may ask its provider this long after: its deadline, 5 s at most, and what a store may take. */
const LINGER_MS = 10_000

export interface SourceSet {
  /** By name. */
  sources: ReadonlyMap<string, Source>
  /** These are in force from now on: lets go of those that were. */
  adopt(): void
}

export interface Sources {
  /** Makes what is not there yet. */
  prepare(providers: Configuration['providers']): SourceSet
  /** Closes all; nobody asks any more. */
  close(): Promise<void>
}

export interface SourcesOptions {
  store: Pick<Store, 'changes' | 'connections'>
  /** Milliseconds since 1970. */
  now: () => number
  logger: Pick<Logger, 'warn'>
  publish: Publish
  lingerMs?: number
}

interface Opened {
  settings: ConfiguredProvider
  source: Source
  /** When what asks it now has its answer. */
  close(): Promise<void>
}

export function createSources({ lingerMs = LINGER_MS, ...options }: SourcesOptions): Sources {
  let current = new Map<string, Opened>()
  const closing = new AbortController()
  const retiring = new Set<Promise<void>>()

  async function retire(opened: Opened): Promise<void> {
    await sleep(lingerMs, undefined, { signal: closing.signal, ref: false }).catch(() => {})
    await opened.close()
  }

  return {
    prepare(providers) {
      const next = new Map<string, Opened>()
      for (const [name, settings] of providers) {
        const known = current.get(name)
        next.set(name, known && isSameProvider(known.settings, settings) ? known : open(settings, options))
      }
      return {
        sources: new Map([...next].map(([name, { source }]) => [name, source])),
        adopt() {
          const kept = new Set(next.values())
          for (const opened of current.values()) {
            if (kept.has(opened)) continue
            const retired = retire(opened)
            retiring.add(retired)
            void retired.then(() => retiring.delete(retired))
          }
          current = next
        }
      }
    },
    async close() {
      closing.abort()
      await Promise.all([...retiring, ...[...current.values()].map(({ close }) => close())])
    }
  }
}

function open(settings: ConfiguredProvider, { store, now, logger, publish }: SourcesOptions): Opened {
  const { name, adapter, freshness } = settings
  const created = adapter.create(settings.settings, {
    name,
    now,
    log: { warn: (details, message) => logger.warn({ provider: name, ...details }, message) },
    watch: event => publish({ ...event, provider: name })
  })
  const { provider, over } = counted(gently(created, fetchWithinMs(freshness), adapter.findings))
  const ends: (() => void)[] = []
  const changes: Store['changes'] = {
    ...store.changes,
    subscribe(listener) {
      const end = store.changes.subscribe(listener)
      ends.push(end)
      return end
    }
  }
  const source = createSource(settings, provider, { connections: store.connections, changes })
  return {
    settings,
    source,
    async close() {
      await over()
      for (const end of ends) end()
      await provider.close()
    }
  }
}

/** The same provider, and when all that it was asked is answered. */
function counted(provider: TimedProvider): { provider: TimedProvider; over(): Promise<void> } {
  const underWay = new Set<Promise<unknown>>()
  function count<Result>(asked: Promise<Result>): Promise<Result> {
    underWay.add(asked)
    const end = () => void underWay.delete(asked)
    asked.then(end, end)
    return asked
  }
  return {
    provider: {
      ...provider,
      fetchReport: (connection, options) => count(provider.fetchReport(connection, options)),
      check: (connection, options) => count(provider.check(connection, options))
    },
    async over() {
      while (underWay.size > 0) await Promise.allSettled(underWay)
    }
  }
}
