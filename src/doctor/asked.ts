// One provider, asked with one connection, as the service would: whether it answers, what it tells, and how soon.
import { gently } from '../providers/gentleness.ts'
import { type ConnectionCheck, ProviderError, type QuotaProvider } from '../quota/provider.ts'
import type { QuotaReport } from '../quota/report.ts'
import { fetchWithinMs, type SourceSettings } from '../quota/source.ts'
import { within } from '../within.ts'

/** As long as the management API gives a check. */
const CHECK_MS = 5000
/** What does not hear its signal is not waited for. */
const DEAF_MS = 500

export interface Chosen {
  connection: unknown
  /** Whose it is, in words. */
  whose: string
}

export interface Asked extends Chosen {
  /** What the check found. */
  check: ConnectionCheck
  /** The report, or why there is none. */
  report: QuotaReport | ProviderError
  /** How long the report took, in milliseconds. */
  reportMs: number
  /** What the adapter could do without, in its own words. */
  complaints: string[]
  /** Checks another connection, with other settings. */
  checkWith(connection: unknown, settings: unknown): Promise<ConnectionCheck>
  close(): Promise<void>
}

/** Asks it; `checkMs` is how long a check may take. */
export async function askProvider(
  source: SourceSettings,
  chosen: Chosen,
  now: () => number,
  { checkMs = CHECK_MS } = {}
): Promise<Asked> {
  const { name, adapter, settings, freshness } = source
  const complaints: string[] = []
  const log = {
    warn: (details: Record<string, string>, message: string) =>
      void complaints.push(`${message} (${Object.values(details).filter(Boolean).join(', ')})`)
  }
  const provider = adapter.create(settings, { name, now, log })
  const check = await checkInTime(provider, chosen.connection, checkMs)
  const started = performance.now()
  // Past its caches a provider is asked after a purchase, never to find out how it is.
  const report = await gently(provider, fetchWithinMs(freshness))
    .fetchReport(chosen.connection, { planMayHaveChanged: false })
    .catch(whyNot)
  return {
    ...chosen,
    check,
    report,
    reportMs: performance.now() - started,
    complaints,
    async checkWith(connection, otherSettings) {
      const other = adapter.create(otherSettings, { name, now, log: { warn: () => {} } })
      try {
        return await checkInTime(other, connection, checkMs)
      } finally {
        await other.close()
      }
    },
    close: () => provider.close()
  }
}

async function checkInTime(provider: QuotaProvider, connection: unknown, ms: number): Promise<ConnectionCheck> {
  const asked = provider.check(connection, { signal: AbortSignal.timeout(ms) })
  return within<ConnectionCheck, ConnectionCheck>(ms + DEAF_MS, asked, () => ({
    health: 'failing',
    finding: 'timeout'
  }))
}

/** A provider's failure; anything else is a fault, and thrown on. */
export function whyNot(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error
  throw error
}
