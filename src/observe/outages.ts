// Outages as the log tells them: of each connection the first failure at once, then once a minute how many more there
// were, and that it is over. Older numbers may be shown all the while, so that nobody else would tell.
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { atMost } from '../recent.ts'
import { type ConnectionKey, idOf } from '../store/connection-key.ts'
import type { Failure, QuotaCall } from './events.ts'

/** No connection's failures are told more often. */
const EVERY_MS = 60_000
/** How often failures are looked for that nobody has told of yet. */
const SWEEP_MS = 10_000
/** Connections that fail, or did a moment ago. */
const CONNECTIONS_MAX = 10_000

interface Outage {
  last: { key: ConnectionKey; call: QuotaCall; failure: Failure }
  /** When its first fetch failed, in milliseconds since 1970; undefined once one went well again. */
  since: number | undefined
  /** Since then. */
  failures: number
  untold: number
  /** Whether a failure since then was told: only then its end is. */
  isTold: boolean
  toldAt: number
}

export interface OutageLog {
  failed(failure: Outage['last']): void
  /** Numbers came. */
  recovered(key: ConnectionKey, call: QuotaCall): void
  /** Stops looking; what was not told yet is told. */
  close(): void
}

/** `now` is in milliseconds since 1970. */
export function createOutageLog(log: Pick<Logger, 'warn' | 'info'>, now: () => number): OutageLog {
  const outages = new LRUCache<string, Outage>(atMost(CONNECTIONS_MAX))
  let sweeping: NodeJS.Timeout | undefined

  // A clock that is set back must not silence anybody.
  const isDue = ({ toldAt }: Outage) => Math.abs(now() - toldAt) >= EVERY_MS

  function tell(outage: Outage): void {
    const { last, since, untold } = outage
    const { code, finding, message, remedy, reason } = last.failure
    log.warn(
      {
        ...namesOf(last.key, last.call),
        code,
        finding,
        reason,
        what: message,
        remedy,
        fetches: untold,
        ...(since !== undefined && { failingForMs: Math.max(0, now() - since) })
      },
      since === undefined ? 'the provider could not tell for a moment' : 'the provider could not tell'
    )
    Object.assign(outage, { untold: 0, isTold: since !== undefined, toldAt: now() })
  }

  function sweep(): void {
    for (const [id, outage] of [...outages.entries()]) {
      if (!isDue(outage)) continue
      if (outage.untold > 0) tell(outage)
      else if (outage.since === undefined) outages.delete(id)
    }
    if (outages.size > 0) return
    clearInterval(sweeping)
    sweeping = undefined
  }

  return {
    failed(failure) {
      const id = idOf(failure.key)
      const before = outages.get(id)
      const outage = before ?? { failures: 0, untold: 0, isTold: false, toldAt: Number.NEGATIVE_INFINITY }
      const { failures, untold } = outage
      const after: Outage = {
        ...outage,
        last: failure,
        since: before?.since ?? now(),
        failures: failures + 1,
        untold: untold + 1
      }
      outages.set(id, after)
      if (isDue(after)) tell(after)
      sweeping ??= setInterval(sweep, SWEEP_MS).unref()
    },
    recovered(key, call) {
      const outage = outages.peek(idOf(key))
      if (outage?.since === undefined) return
      const { since, failures, isTold } = outage
      if (isTold)
        log.info(
          { ...namesOf(key, call), fetches: failures, failedForMs: Math.max(0, now() - since) },
          'the provider tells again'
        )
      // What was not told is not forgotten: a provider that fails now and then does so silently otherwise.
      Object.assign(outage, { since: undefined, failures: 0, isTold: false, ...(isTold && { untold: 0 }) })
    },
    close() {
      clearInterval(sweeping)
      for (const outage of outages.values()) if (outage.untold > 0) tell(outage)
      outages.clear()
    }
  }
}

/** What is called so in the line of an answer too. */
export function namesOf({ provider }: ConnectionKey, { actionKey, instanceId, requestId }: QuotaCall) {
  return { provider, site: instanceId, action: actionKey, wixRequest: requestId }
}
