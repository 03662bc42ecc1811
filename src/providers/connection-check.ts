// Whether a connection works, asked of its provider.
import type { Source } from '../quota/source.ts'
import type { HealthReport } from '../store/connections.ts'

/** A check asks the portal twice, one after the other; a person waits for it. */
const CHECK_TIMEOUT_MS = 5000

export interface CheckedHealth extends HealthReport {
  /** Ids of features that the provider has, but does not tell to these credentials. */
  hidden: readonly string[]
}

/** Asks the provider, for 5 seconds at most and not past its caches. `now` is in milliseconds since 1970; `signal` ends it early. */
export async function checkConnection(
  { provider }: Source,
  connection: unknown,
  now: () => number,
  signal?: AbortSignal
): Promise<CheckedHealth> {
  const timeout = AbortSignal.timeout(CHECK_TIMEOUT_MS)
  const found = await provider.check(connection, { signal: signal ? AbortSignal.any([signal, timeout]) : timeout })
  const { expiresAt } = found
  return {
    health: found.health,
    finding: found.health === 'ok' ? '' : found.finding,
    hidden: found.hidden ?? [],
    checkedAt: now(),
    ...(expiresAt instanceof Date && { expiresAt: expiresAt.getTime() })
  }
}
