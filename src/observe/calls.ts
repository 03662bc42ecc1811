// What is told of every call, whether it went well or not: those that arrive, those that are passed on, those to upstreams.
import type { ErrorCode } from '../errors.ts'

/** What the public listener answers itself. */
export type CallRoute = 'quota-info' | 'app-event' | 'upgrade' | 'connect' | 'health'

/** Where an answer's numbers came from, in the words of its `Cache-Status`; `none` where there was nobody to ask. */
export type Served = 'hit' | 'miss' | 'update' | 'stale' | 'none'

/** A quota call that was verified, as far as it came. */
export interface AnsweredQuotaCall {
  /** As it came: anything, of any length. */
  actionKey: string
  /** From here on only where an answer was found. */
  provider?: string
  served?: Served
  /** Of the numbers that are shown, in milliseconds. */
  ageMs?: number
}

/** Nobody waited for the answer any more. */
export const CALLER_GONE = 'CALLER_GONE'

/** A call that arrived, once its answer has left or its caller hung up. */
export interface AnsweredCall {
  route: Exclude<CallRoute, 'health'> | 'forward' | 'none'
  /** Absent where nobody was answered. */
  status?: number
  /** Absent where all went well. */
  code?: ErrorCode | typeof CALLER_GONE
  ms: number
  quota?: AnsweredQuotaCall
}

/** A call that was passed on to the maker's own server, and how that ended. */
export interface ForwardedCall {
  basePath: string
  /** Which of the methods that Wix documents it was. */
  operation: 'invoke' | 'validate-configuration' | 'other'
  status?: number
  code?: ErrorCode | typeof CALLER_GONE
  ms: number
}

/** One request of an adapter's to its upstream, and how that ended. */
export interface UpstreamCall {
  provider: string
  /** What it asks, in the adapter's or the configuration's own word. */
  operation: string
  method: 'GET' | 'POST'
  ms: number
  /** Absent where all went well. */
  finding?: string
  /** A status or a system error's code. */
  reason?: string | undefined
}

export type BreakerState = 'closed' | 'open' | 'half-open'

/** A breaker came to be, changed, or was let go of. */
export interface BreakerChange {
  provider: string
  /** What it guards: an upstream's origin, or what one set of credentials is answered there. */
  scope: 'origin' | 'credentials'
  /** Absent of a new one. */
  from?: BreakerState
  /** Absent of one that is no more. */
  to?: BreakerState
}
