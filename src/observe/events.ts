// What the service tells of its own work. Who works publishes, and does not know who listens: the log, metrics and traces do.
import type { ErrorCode } from '../errors.ts'
import type { StoreCall } from '../store/calls.ts'
import type { ConnectionKey } from '../store/connection-key.ts'
import type { AnsweredCall, BreakerChange, ForwardedCall, UpstreamCall } from './calls.ts'

/** A verified quota call, as far as it is told of. */
export interface QuotaCall {
  actionKey: string
  /** The site, in its canonical form. */
  instanceId?: string
  /** Wix's own id of the call. */
  requestId?: string
}

/** What went wrong, and what to do about it. */
export interface Failure {
  code: ErrorCode
  /** Absent where nobody's provider is at fault. */
  finding?: string
  /** A status or a system error's code. */
  reason?: string | undefined
  message: string
  remedy: string
}

/** A provider was asked for a connection's numbers, by this call first; others may wait for the same. */
interface Fetched {
  key: ConnectionKey
  call: QuotaCall
}

export type ServiceEvent =
  /** Numbers came. `upstreamMs` is 0 when another replica had asked. */
  | ({ kind: 'fetch-done'; upstreamMs: number } & Fetched)
  | ({ kind: 'fetch-failed'; failure: Failure } & Fetched)
  /** Through a fault of ours. */
  | ({ kind: 'fetch-broke'; error: unknown } & Fetched)
  /** A call got no numbers, and not for a fetch: what is needed to ask could not be found out, or not in time. */
  | ({ kind: 'call-failed'; failure: Failure } & Fetched)
  /** Of what the action shows, nothing was told. */
  | ({ kind: 'nothing-told'; features: readonly string[] } & Fetched)
  /** Whoever called was refused. Calls with one `cause` are alike; `facts` are short texts without what cannot be seen. */
  | { kind: 'call-refused'; failure: Failure; cause: string; facts: Record<string, string> }
  | ({ kind: 'connection-checked' } & CheckedConnection)
  | ({ kind: 'connection-health' } & ConnectionHealth)
  | ({ kind: 'call-answered' } & AnsweredCall)
  | ({ kind: 'call-forwarded' } & ForwardedCall)
  | ({ kind: 'upstream-called' } & UpstreamCall)
  | ({ kind: 'breaker-changed' } & BreakerChange)
  | ({ kind: 'store-called' } & StoreCall)

/** How a connection is, as a check or a fetch has just found out: of a site, or with SHARED one that stands in the configuration. */
export interface ConnectionHealth {
  key: ConnectionKey
  health: 'ok' | 'limited' | 'failing'
  /** Empty when all is well. */
  finding: string
  /** What that means, and what to do about it, where that is known. */
  message?: string
  remedy?: string
  /** What was known before; absent where nobody keeps it. */
  before?: 'ok' | 'limited' | 'failing' | 'unchecked'
  /** When the credentials end, in milliseconds since 1970; absent where they never do, or nobody has told. */
  expiresAt?: number
}

/** What a check of a connection that stands in the configuration has found. */
export interface CheckedConnection {
  provider: string
  health: 'ok' | 'limited' | 'failing'
  /** Absent when all is well. */
  finding?: string
  message?: string
  remedy?: string
  /** Features that the connection does not let us see. */
  hidden: readonly string[]
  /** Actions that show none but such features. */
  silentActions: readonly string[]
}

/** Takes note of an event. Never throws, and takes no time worth speaking of. */
export type Publish = (event: ServiceEvent) => void

export interface Observer {
  publish: Publish
  /** Calls `listener` with every event from now on. */
  subscribe(listener: (event: ServiceEvent) => void): void
}

/** `onBroken` hears of a listener that throws: whoever publishes does not suffer from it. */
export function createObserver(onBroken: (error: unknown) => void): Observer {
  const listeners: ((event: ServiceEvent) => void)[] = []
  return {
    publish(event) {
      for (const listener of listeners) {
        try {
          listener(event)
        } catch (error) {
          onBroken(error)
        }
      }
    },
    subscribe: listener => void listeners.push(listener)
  }
}
