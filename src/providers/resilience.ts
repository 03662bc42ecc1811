// Gentle with the upstream: one place in which cockatiel's policies are put together, one set of them for each origin.
// https://github.com/connor4312/cockatiel
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  type IPolicy,
  retry,
  wrap
} from 'cockatiel'
import { LRUCache } from 'lru-cache'
import type { BreakerChange, BreakerState } from '../observe/calls.ts'
import type { ProviderWatch } from '../observe/provider.ts'
import { ProviderError } from '../quota/provider.ts'
import { atMost } from '../recent.ts'

/** Origins whose state is kept in memory. */
const ORIGINS_MAX = 1000
/** Keys whose state is kept in memory. */
const PARTIES_MAX = 10_000
/** Calls under way at once to one origin. */
const CALLS_AT_ONCE = 20
/** Calls that may wait for one of those places. */
const CALLS_WAITING = 500
/** Failures in a row after which an origin, or a key, is left alone. */
const BREAK_AFTER = 10
/** How long it is left alone before a single call tries it. */
const HALF_OPEN_AFTER_MS = 5000
const RETRY_DELAY_MS = { initialDelay: 100, maxDelay: 300 }
/** Less is left of a deadline than a second try is likely to need. */
const RETRY_ROOM_MS = 600

const PASSING_STATUSES: ReadonlySet<string> = new Set(['HTTP 502', 'HTTP 503', 'HTTP 504'])

/** Given up by ourselves: says nothing about the upstream. */
export const GIVEN_UP = 'given up'

/** Codes of errors that come before anything was sent: of what we wanted to send, or of what this process has no more of. */
const FAULTS_OF_OURS: ReadonlySet<string> = new Set([
  ...['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED'],
  ...['ERR_INVALID_CHAR', 'ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_VALUE', 'ERR_INVALID_URL'],
  ...['EMFILE', 'ENFILE', 'ENOMEM', 'EADDRNOTAVAIL']
])

/** Whether a call failed through a fault of ours, by its error's code; what the network does has one. */
export function isFaultOfOurs(code: string | undefined): boolean {
  return code === undefined || FAULTS_OF_OURS.has(code)
}

export interface OriginPolicies {
  /**
   * Makes a call to an origin: at most so many at once, once more when what failed may pass and the deadline leaves room,
   * and not at all while the origin is known to be down. `party` is in whose name it is made: errors of the upstream's own,
   * which may concern nobody else, are held against that party alone.
   * @throws {ProviderError} what the call threw, or that it was not made
   */
  call<Result>(origin: string, deadlineAt: number, work: () => Promise<Result>, party?: string): Promise<Result>
}

interface Guard {
  policy: IPolicy
  breaker: CircuitBreakerPolicy
}

/** `watch` hears of the breakers. */
export function createOriginPolicies(watch: ProviderWatch = () => {}): OriginPolicies {
  const guards = (scope: BreakerChange['scope'], max: number, make: () => Guard) =>
    new LRUCache<string, Guard>({
      ...atMost(max),
      memoMethod: () => told(scope, make(), watch),
      dispose: ({ breaker }) => watch({ kind: 'breaker-changed', scope, from: STATES[breaker.state] })
    })
  const origins = guards('origin', ORIGINS_MAX, () => {
    const breaker = breakerFor(isOutage)
    return { breaker, policy: wrap(breaker, bulkhead(CALLS_AT_ONCE, CALLS_WAITING)) }
  })
  const parties = guards('credentials', PARTIES_MAX, () => {
    const breaker = breakerFor(isErrorOfItsOwn)
    return { breaker, policy: breaker }
  })

  return {
    async call(origin, deadlineAt, work, party = '') {
      const onceMore = retry(
        handleWhen(error => mayPass(error) && deadlineAt - performance.now() > RETRY_ROOM_MS),
        {
          maxAttempts: 1,
          backoff: new ExponentialBackoff(RETRY_DELAY_MS)
        }
      )
      try {
        const policy = wrap(parties.memo(`${origin} ${party}`).policy, origins.memo(origin).policy)
        return await onceMore.execute(() => policy.execute(work))
      } catch (error) {
        if (error instanceof BrokenCircuitError) {
          throw new ProviderError('QUOTA_UNAVAILABLE', 'unreachable', {
            reason: 'known to be down',
            retryAfterSeconds: HALF_OPEN_AFTER_MS / 1000
          })
        }
        if (error instanceof BulkheadRejectedError)
          throw new ProviderError('QUOTA_UNAVAILABLE', 'rate-limited', { reason: 'too many calls wait' })
        throw error
      }
    }
  }
}

/** The network, or a gateway: the next try may go through. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof ProviderError)) return false
  return error.finding === 'unreachable' ? error.reason !== GIVEN_UP : isGateway(error)
}

const STATES: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  // Nobody isolates one by hand.
  [CircuitState.Isolated]: 'open'
}

/** The same, with its breaker's states told. */
function told(scope: BreakerChange['scope'], guard: Guard, watch: ProviderWatch): Guard {
  let state = STATES[guard.breaker.state]
  watch({ kind: 'breaker-changed', scope, to: state })
  guard.breaker.onStateChange(changed => {
    const from = state
    state = STATES[changed]
    watch({ kind: 'breaker-changed', scope, from, to: state })
  })
  return guard
}

function breakerFor(counts: (error: unknown) => boolean): CircuitBreakerPolicy {
  return circuitBreaker(handleWhen(counts), {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: new ConsecutiveBreaker(BREAK_AFTER)
  })
}

/** The origin as a whole is in trouble; a refusal is a healthy upstream's answer. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof ProviderError) || error.reason === GIVEN_UP) return false
  return error.finding === 'unreachable' || error.finding === 'timeout' || isGateway(error)
}

/** The upstream answers, and answers others perhaps better. */
function isErrorOfItsOwn(error: unknown): boolean {
  return error instanceof ProviderError && error.finding === 'upstream-error' && !isGateway(error)
}

/** What stands before the upstream speaks for all of it. */
function isGateway({ finding, reason = '' }: ProviderError): boolean {
  return finding === 'upstream-error' && PASSING_STATUSES.has(reason)
}
