// What goes on beside the calls: stored connections are checked again, and what calls find out of them is kept.
import type { Publish, ServiceEvent } from '../observe/events.ts'
import { createRechecks } from '../providers/rechecks.ts'
import { createSiteHealth } from '../providers/site-health.ts'
import type { Store } from '../store/index.ts'
import type { Current } from './current.ts'

export interface BackgroundOptions {
  store: Store
  /** In force at this moment. */
  current: () => Current
  publish: Publish
  /** Hears of a database that does not answer, and of faults of ours. */
  onError: (error: Error) => void
  /** Milliseconds since 1970. */
  now: () => number
}

export interface Background {
  /** To be told of every event. */
  listener: (event: ServiceEvent) => void
  start(): void
  /** Gives up what nobody waits for. */
  close(): Promise<void>
}

export function createBackground({ store, current, publish, onError, now }: BackgroundOptions): Background {
  const sources = { get: (name: string) => current().sources.get(name) }
  const sites = createSiteHealth({ store, sources, publish, onError, now })
  const rechecks = createRechecks({
    ...{ store, onError, now },
    providers() {
      const { sources, configuration } = current()
      return [...sources.values()].map(source => ({
        source,
        recheckMs: configuration.providers.get(source.name)?.recheckMs ?? 0
      }))
    },
    check: sites.check
  })
  return {
    listener: sites.listener,
    start() {
      sites.start()
      rechecks.start()
    },
    close: async () => void (await Promise.all([sites.close(), rechecks.close()]))
  }
}
