// What an adapter is: how one kind of system is configured, and how its quotas are read.
import { QuotaBridgeError } from '../errors.ts'
import type { TObject } from '../schema.ts'
import type { QuotaReport } from './report.ts'

export interface FetchOptions {
  /** Aborts when the answer would come too late to be of use. */
  signal: AbortSignal
  /** Somebody may just have bought: read past the upstream's caches, whatever that costs it. */
  planMayHaveChanged: boolean
}

/** One configured source of quotas. `Connection` is what it needs to speak for somebody. */
export interface QuotaProvider<Connection = unknown> {
  /**
   * Reads plans, limits and usage now.
   * @throws {ProviderError} when the upstream refuses, is down, is late or makes no sense
   */
  fetchReport(connection: Connection, options: FetchOptions): Promise<QuotaReport>
  /** Closes sockets that are kept open between calls. */
  close(): Promise<void>
}

/** Something wrong in what an operator or a site gave: where, and what would be right. */
export interface SettingsMistake {
  /** Keys from the settings or the connection inwards. */
  path: string[]
  message: string
}

export interface ProviderContext {
  /** The provider's name in the configuration. */
  name: string
  /** Milliseconds since 1970. */
  now: () => number
}

/** One kind of provider: the `type` of an entry under `providers:`. `Settings` and `Connection` are what its schemas describe. */
export interface ProviderAdapter<Settings = unknown, Connection = unknown> {
  type: string
  /** What stands in the configuration beside `type`, `deadline` and `connection`. */
  settingsSchema: TObject
  /** What it needs to speak for somebody; absent when it needs nothing. */
  connectionSchema?: TObject
  /** What the schemas cannot say, such as hosts that are not allowed. */
  connectionMistakes?(connection: Connection, settings: Settings): SettingsMistake[]
  /** Ids of the features that an action may name, and those it shows, in order, when it names none. */
  features(settings: Settings): { known: readonly string[]; shown: readonly string[] }
  create(settings: Settings, context: ProviderContext): QuotaProvider<Connection>
}

/**
 * Why a provider could not tell, in words that a program can use. Stable: they appear in answers and logs as `finding`.
 */
export type ProviderFinding =
  | 'api-key-rejected'
  | 'scope-too-narrow'
  | 'role-too-low'
  | 'access-refused'
  | 'portal-not-found'
  | 'host-not-allowed'
  | 'redirected'
  | 'answer-too-large'
  | 'answer-invalid'
  | 'upstream-error'
  | 'unreachable'
  | 'rate-limited'
  | 'timeout'

/** An upstream's failure, told without any part of what it sent. */
export class ProviderError extends QuotaBridgeError {
  readonly finding: ProviderFinding
  /** A status or a system error's code, for the log. */
  readonly reason: string | undefined

  constructor(
    code: 'PROVIDER_REJECTED' | 'QUOTA_UNAVAILABLE' | 'PROVIDER_TIMEOUT',
    finding: ProviderFinding,
    details: { reason?: string; retryAfterSeconds?: number } = {}
  ) {
    const retryAfterSeconds = details.retryAfterSeconds ?? (code === 'QUOTA_UNAVAILABLE' ? 30 : undefined)
    super(code, { ...(retryAfterSeconds !== undefined && { retryAfterSeconds }), data: { finding } })
    this.finding = finding
    this.reason = details.reason
  }
}
