// How an adapter tells of its work, without knowing who listens.
import type { BreakerChange, UpstreamCall } from './calls.ts'

/** For what went wrong and could be done without. Nothing that an upstream sent goes into it. */
export interface ProviderLog {
  warn(details: Record<string, string>, message: string): void
}

/** What an adapter tells; whose it is is known to whoever listens. */
export type ProviderEvent =
  | ({ kind: 'upstream-called' } & Omit<UpstreamCall, 'provider'>)
  | ({ kind: 'breaker-changed' } & Omit<BreakerChange, 'provider'>)

/** Hears of what an adapter does. Never throws, and takes no time worth speaking of. */
export type ProviderWatch = (event: ProviderEvent) => void
