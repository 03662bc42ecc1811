// Gentle with the upstream: one place in which cockatiel's policies are put together, one set of them for each origin.
// https://github.com/connor4312/cockatiel
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  type IPolicy,
  retry,
  wrap
} from 'cockatiel'
import { LRUCache } from 'lru-cache'
import { ProviderError } from '../quota/provider.ts'

/** Origins whose state is kept in memory. */
const ORIGINS_MAX = 1000
/** Calls under way at once to one origin. */
const CALLS_AT_ONCE = 20
/** Calls that may wait for one of those places. */
const CALLS_WAITING = 500
/** Failures in a row after which an origin is left alone. */
const BREAK_AFTER = 10
/** How long it is left alone before a single call tries it. */
const HALF_OPEN_AFTER_MS = 5000
const RETRY_DELAY_MS = { initialDelay: 100, maxDelay: 300 }
/** Less is left of a deadline than a second try is likely to need. */
const RETRY_ROOM_MS = 600

const PASSING_STATUSES: ReadonlySet<string> = new Set(['HTTP 502', 'HTTP 503', 'HTTP 504'])

/** Given up by ourselves: says nothing about the upstream. */
export const GIVEN_UP = 'given up'

export interface OriginPolicies {
  /**
   * Makes a call to an origin: at most so many at once, once more when what failed may pass and the deadline leaves room,
   * and not at all while the origin is known to be down.
   * @throws {ProviderError} what the call threw, or that it was not made
   */
  call<Result>(origin: string, deadlineAt: number, work: () => Promise<Result>): Promise<Result>
}

export function createOriginPolicies(): OriginPolicies {
  const policies = new LRUCache<string, IPolicy>({ max: ORIGINS_MAX })

  function policyOf(origin: string): IPolicy {
    const known = policies.get(origin)
    if (known) return known
    const breaker = circuitBreaker(handleWhen(isOutage), {
      halfOpenAfter: HALF_OPEN_AFTER_MS,
      breaker: new ConsecutiveBreaker(BREAK_AFTER)
    })
    const policy = wrap(breaker, bulkhead(CALLS_AT_ONCE, CALLS_WAITING))
    policies.set(origin, policy)
    return policy
  }

  return {
    async call(origin, deadlineAt, work) {
      const onceMore = retry(
        handleWhen(error => mayPass(error) && deadlineAt - performance.now() > RETRY_ROOM_MS),
        {
          maxAttempts: 1,
          backoff: new ExponentialBackoff(RETRY_DELAY_MS)
        }
      )
      try {
        return await onceMore.execute(() => policyOf(origin).execute(work))
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
  return error.finding === 'unreachable'
    ? error.reason !== GIVEN_UP
    : error.finding === 'upstream-error' && PASSING_STATUSES.has(error.reason ?? '')
}

/** The origin as a whole is in trouble; a refusal is a healthy upstream's answer. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof ProviderError) || error.reason === GIVEN_UP) return false
  return error.finding === 'unreachable' || error.finding === 'upstream-error' || error.finding === 'timeout'
}
