// Tells webhooks of crossings: of each once, whichever replica saw it, and what could not be told in the log and the audit.
import { setMaxListeners } from 'node:events'
import { bulkhead } from 'cockatiel'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { ConnectionHealth, ServiceEvent } from '../observe/events.ts'
import { isAboutConnection } from '../providers/gentleness.ts'
import type { QuotaReport } from '../quota/report.ts'
import type { QuotaAction } from '../quota/service.ts'
import { atMost } from '../recent.ts'
import { type ConnectionKey, idOf, SHARED } from '../store/connection-key.ts'
import type { Store } from '../store/index.ts'
import { expiringOf, failingOf, quotasOf, recoveredOf } from './crossings.ts'
import { createDeliveries, DeliveryError, type Message, type Tries, type Webhook } from './delivery.ts'
import type { Notice } from './notice.ts'

/** Messages that are being told, or tried again, and those that may wait. */
const AT_ONCE = 20
const WAITING_MAX = 1000
/** Crossings that were looked up already: a report that is fetched each minute asks the database once. */
const SEEN_MAX = 10_000

export interface Webhooks {
  /** To be told of every event. */
  listener: (event: ServiceEvent) => void
  /** To be told of every report that a provider gave. */
  onReport: (key: ConnectionKey, report: QuotaReport) => void
  /** Gives up what is being tried; the next service tells it. */
  close(): Promise<void>
}

export interface WebhooksOptions {
  store: Pick<Store, 'notices'>
  /** In force at this moment. */
  webhooks: () => readonly Webhook[]
  actions: () => Iterable<QuotaAction>
  log: Pick<Logger, 'info' | 'warn'>
  /** Hears of a database that does not answer, and of faults of ours. */
  onError: (error: Error) => void
  /** Milliseconds since 1970. */
  now: () => number
  tries?: Tries | undefined
}

export function createWebhooks({ store, webhooks, actions, log, onError, now, tries }: WebhooksOptions): Webhooks {
  const { notices } = store
  const deliveries = createDeliveries(tries)
  const stopped = new AbortController()
  const { signal } = stopped
  // Each message that is on its way hears of a stop.
  setMaxListeners(0, signal)
  const places = bulkhead(AT_ONCE, WAITING_MAX)
  const underWay = new Set<Promise<void>>()
  const seen = new LRUCache<string, string>(atMost(SEEN_MAX))
  /** Of those in the configuration: each replica sees for itself how they are. */
  const failing = new Set<string>()

  const isAskedFor = (type: Notice['type']) => webhooks().some(({ on }) => on.has(type))

  /** Whoever hears an event must not wait. */
  function later(work: () => Promise<void>): void {
    if (signal.aborted) return
    const working = work()
      .catch((error: unknown) => {
        if (error instanceof Error) onError(error)
      })
      .finally(() => underWay.delete(working))
    underWay.add(working)
  }

  async function raise(notice: Notice): Promise<void> {
    // Who wants to hear that it works again needs to know that it did not.
    const isKept = notice.type === 'connection.failing' && isAskedFor('connection.recovered')
    if (!isKept && !isAskedFor(notice.type)) return
    const id = JSON.stringify([notice.type, notice.key.provider, notice.key.instanceId, notice.subject])
    if (seen.get(id) === notice.state) return
    const isNew = await notices.raise(notice)
    seen.set(id, notice.state)
    const forget = async () => {
      seen.delete(id)
      await notices.clear(notice)
    }
    if (isNew) await tell(notice, forget)
  }

  async function recovered(key: ConnectionKey): Promise<void> {
    const failed = failingOf({ key, finding: '' })
    seen.delete(JSON.stringify([failed.type, key.provider, key.instanceId, failed.subject]))
    if (await notices.clear(failed)) await tell(recoveredOf(key), async () => void (await notices.raise(failed)))
  }

  /** `undo` lets another service tell it that this one cannot any more. */
  async function tell({ type, key, data }: Notice, undo: () => Promise<void>): Promise<void> {
    const at = new Date(now()).toISOString()
    const { provider, instanceId } = key
    const whose = { provider, ...(instanceId !== SHARED && { instanceId }) }
    const message = {
      id: `msg_${crypto.randomUUID()}`,
      body: JSON.stringify({ type, timestamp: at, data: { ...whose, ...data } })
    }
    const chosen = webhooks().filter(({ on }) => on.has(type))
    const told = await Promise.all(chosen.map(webhook => deliver(webhook, message, { type, key })))
    if (signal.aborted && told.includes(false)) await undo()
  }

  /** Says whether it was taken. */
  async function deliver(webhook: Webhook, message: Message, { type, key }: Pick<Notice, 'type' | 'key'>) {
    const { provider, instanceId } = key
    // An address may hold what opens it.
    const names = { webhook: new URL(webhook.url).host, message: message.id, type, provider }
    const fields = { ...names, ...(instanceId !== SHARED && { site: instanceId }) }
    try {
      await places.execute(() => deliveries.deliver(webhook, message, signal))
      log.info(fields, 'a webhook was told')
      return true
    } catch (error) {
      const reason = error instanceof DeliveryError ? error.reason : 'too many wait'
      const remedy = 'Look whether what webhooks.url names takes POST and answers with 200, or take that entry out.'
      log.warn({ ...fields, reason, remedy }, 'a webhook could not be told')
      await notices.noteFailure(key)
      return false
    }
  }

  function hearHealth(event: ConnectionHealth): void {
    const { key, health, before } = event
    const id = idOf(key)
    if (health === 'failing') {
      failing.add(id)
      later(() => raise(failingOf(event)))
      return
    }
    const expiring = expiringOf(event, now())
    if (expiring) later(() => raise(expiring))
    // Of one that was well before nothing was told.
    const wasWell = before === 'ok' || before === 'limited'
    if (wasWell && !failing.has(id)) return
    failing.delete(id)
    later(() => recovered(key))
  }

  return {
    listener(event) {
      if (event.kind === 'connection-health') return hearHealth(event)
      // Those of the sites are looked after elsewhere, and tell of it themselves.
      if ((event.kind !== 'fetch-failed' && event.kind !== 'fetch-done') || event.key.instanceId !== SHARED) return
      const key = { provider: event.key.provider, instanceId: SHARED }
      const id = idOf(key)
      if (event.kind === 'fetch-done') {
        if (failing.delete(id)) later(() => recovered(key))
        return
      }
      const { code, finding = '', message, remedy } = event.failure
      if (code !== 'PROVIDER_REJECTED' || !isAboutConnection(finding) || failing.has(id)) return
      failing.add(id)
      later(() => raise(failingOf({ key, finding, message, remedy })))
    },
    onReport(key, report) {
      if (!isAskedFor('quota.near-limit') && !isAskedFor('quota.reached')) return
      for (const notice of quotasOf(key, report, actions(), now())) later(() => raise(notice))
    },
    async close() {
      stopped.abort()
      while (underWay.size > 0) await Promise.all(underWay)
      await deliveries.close()
    }
  }
}
