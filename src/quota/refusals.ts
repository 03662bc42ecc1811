// What an upstream has refused is not asked again at once: it would refuse again, and count it against us.
import { LRUCache } from 'lru-cache'
import { ProviderError, type ProviderFinding } from './provider.ts'

const REFUSALS_MAX = 10_000
/** How long a refusal is believed. */
const REFUSED_MS = 30_000
/** How long we keep away from an upstream that limits us without saying for how long. */
const LIMITED_MS = 60_000

const REFUSED: ReadonlySet<ProviderFinding> = new Set([
  'api-key-rejected',
  'scope-too-narrow',
  'role-too-low',
  'access-refused',
  'portal-not-found'
])

export interface Refusals {
  /** @throws {ProviderError} the refusal that is still remembered */
  check(id: string): void
  /** Remembers an error, if it is a refusal or a limit. */
  remember(id: string, error: ProviderError): void
}

/** Kept by the monotonic clock, which nobody sets back. */
export function createRefusals(): Refusals {
  const remembered = new LRUCache<string, { error: ProviderError; until: number }>({ max: REFUSALS_MAX })
  return {
    check(id) {
      const found = remembered.get(id)
      if (!found) return
      const leftMs = found.until - performance.now()
      if (leftMs <= 0) return
      const { code, finding, reason } = found.error
      const retryAfterSeconds = code === 'QUOTA_UNAVAILABLE' ? Math.ceil(leftMs / 1000) : undefined
      throw new ProviderError(code, finding, {
        ...(reason && { reason }),
        ...(retryAfterSeconds && { retryAfterSeconds })
      })
    },
    remember(id, error) {
      const { finding, retryAfterSeconds } = error
      const forMs = REFUSED.has(finding)
        ? REFUSED_MS
        : finding === 'rate-limited'
          ? (retryAfterSeconds ?? 0) * 1000 || LIMITED_MS
          : 0
      if (forMs > 0) remembered.set(id, { error, until: performance.now() + forMs })
    }
  }
}
