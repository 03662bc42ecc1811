// A provider given its time, and left alone with what it has just refused: it would refuse again, and count it against us.
import { LRUCache } from 'lru-cache'
import type { Findings, sharedFindings } from '../findings.ts'
import { fingerprintOf } from '../fingerprint.ts'
import { ProviderError, type QuotaProvider, type TimedProvider } from '../quota/provider.ts'
import { LAST_WORDS_MS } from '../quota/source.ts'
import { atMost } from '../recent.ts'
import { within } from '../within.ts'

const REFUSALS_MAX = 10_000
/** How long a refusal is believed. */
const REFUSED_MS = 30_000
/** How long we keep away from an upstream that limits us without saying for how long. */
const LIMITED_MS = 60_000

/** Refused as well, but not for what the connection is: the next answer may be a good one. */
const NO_REFUSALS: ReadonlySet<string> = new Set<keyof typeof sharedFindings>([
  'host-not-allowed',
  'redirected',
  'answer-too-large',
  'answer-invalid',
  'call-not-made'
])

/** Whether a refusal is for what a connection is: its address, its credentials, what they may see. */
export function isAboutConnection(finding: string): boolean {
  return !NO_REFUSALS.has(finding)
}

/** Gives each fetch `fetchMs` milliseconds; refusals are remembered by connection. Failures are told in the adapter's own words. */
export function gently(provider: QuotaProvider, fetchMs: number, findings: Findings = {}): TimedProvider {
  const refusals = createRefusals(findings)
  return {
    async fetchReport(connection, { planMayHaveChanged }) {
      const whose = fingerprintOf(connection ?? null)
      refusals.check(whose)
      const deadlineAt = performance.now() + fetchMs
      try {
        const signal = AbortSignal.timeout(fetchMs)
        const report = provider.fetchReport(connection, { planMayHaveChanged, deadlineAt, signal })
        // What still waits for its turn somewhere may not hear the signal.
        return await within(fetchMs + LAST_WORDS_MS, report, late)
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error
        refusals.remember(whose, error)
        if (!Object.hasOwn(findings, error.finding)) throw error
        throw new ProviderError(error.code, error.finding, { ...error, findings })
      }
    },
    check: (connection, options) => provider.check(connection, options),
    upgradeUrl: (connection, group) => provider.upgradeUrl(connection, group),
    close: () => provider.close()
  }
}

const late = (): never => {
  throw new ProviderError('PROVIDER_TIMEOUT', 'timeout')
}

interface Refusals {
  /** @throws {ProviderError} the refusal that is still remembered */
  check(whose: string): void
  /** Remembers an error, if it is a refusal or a limit. */
  remember(whose: string, error: ProviderError): void
}

/** Kept by the monotonic clock, which nobody sets back. */
function createRefusals(findings: Findings): Refusals {
  const remembered = new LRUCache<string, { error: ProviderError; until: number }>(atMost(REFUSALS_MAX))
  return {
    check(whose) {
      const found = remembered.get(whose)
      if (!found) return
      const leftMs = found.until - performance.now()
      if (leftMs <= 0) return
      const { code, finding, reason } = found.error
      const retryAfterSeconds = code === 'QUOTA_UNAVAILABLE' ? Math.ceil(leftMs / 1000) : undefined
      throw new ProviderError(code, finding, { reason, retryAfterSeconds, findings })
    },
    remember(whose, error) {
      const { code, finding, retryAfterSeconds } = error
      const forMs =
        code === 'PROVIDER_REJECTED' && !NO_REFUSALS.has(finding)
          ? REFUSED_MS
          : finding === 'rate-limited'
            ? (retryAfterSeconds ?? 0) * 1000 || LIMITED_MS
            : 0
      if (forMs > 0) remembered.set(whose, { error, until: performance.now() + forMs })
    }
  }
}
