// What goes on beside the calls: stored connections are checked again, what calls find out of them is kept, and webhooks are told.
import type { Logger } from 'pino'
import type { Publish, ServiceEvent } from '../observe/events.ts'
import { createRechecks } from '../providers/rechecks.ts'
import { createSiteHealth } from '../providers/site-health.ts'
import type { Store } from '../store/index.ts'
import type { Tries } from '../webhooks/delivery.ts'
import { createWebhooks, type Webhooks } from '../webhooks/index.ts'
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
  log: Pick<Logger, 'info' | 'warn'>
  /** How often a webhook is tried; of the usual length when left out. */
  tries?: Tries | undefined
}

export interface Background {
  /** To be told of every event. */
  listener: (event: ServiceEvent) => void
  /** To be told of every report that a provider gave. */
  onReport: Webhooks['onReport']
  start(): void
  /** Gives up what nobody waits for. */
  close(): Promise<void>
}

export function createBackground(options: BackgroundOptions): Background {
  const { store, current, publish, onError, now, log, tries } = options
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
  const webhooks = createWebhooks({
    ...{ store, onError, now, log, tries },
    webhooks: () => current().configuration.webhooks,
    actions: () => current().actions.values()
  })
  return {
    listener(event) {
      sites.listener(event)
      webhooks.listener(event)
    },
    onReport: webhooks.onReport,
    start() {
      sites.start()
      rechecks.start()
    },
    close: async () => void (await Promise.all([sites.close(), rechecks.close(), webhooks.close()]))
  }
}
