// What an adapter is: how one kind of system is configured, and how its quotas are read.
import { QuotaBridgeError } from '../errors.ts'
import type { TObject } from '../schema.ts'
import type { QuotaReport } from './report.ts'

export interface FetchOptions {
  /** Aborts when the answer would come too late to be of use. */
  signal: AbortSignal
  /** Somebody may just have bought: read past the upstream's caches, whatever that costs it. */
  planMayHaveChanged: boolean
  /** When `signal` will abort, by performance.now(): what would end later is not begun. */
  deadlineAt: number
}

/** One configured source of quotas. `Connection` is what it needs to speak for somebody. */
export interface QuotaProvider<Connection = unknown> {
  /**
   * Reads plans, limits and usage now.
   * @throws {ProviderError} when the upstream refuses, is down, is late or makes no sense
   */
  fetchReport(connection: Connection, options: FetchOptions): Promise<QuotaReport>
  /** Finds out whether a connection works, and tells all it should; for saving one. */
  check(connection: Connection, options: { signal: AbortSignal }): Promise<ConnectionCheck>
  /** Where a person buys more, for one connection and the group of that place in its reports; undefined when there is no such place. */
  upgradeUrl(connection: Connection, group: number): string | undefined
  /** Closes sockets that are kept open between calls. */
  close(): Promise<void>
}

/** A provider that is given its time by whoever wired it, and is not asked at once for what it has just refused. */
export interface TimedProvider extends Omit<QuotaProvider, 'fetchReport'> {
  /** @throws {ProviderError} as the provider does */
  fetchReport: (connection: unknown, options: Pick<FetchOptions, 'planMayHaveChanged'>) => Promise<QuotaReport>
}

/** What a check of a connection found. `limited`: it works, but tells less than it should. */
export type ConnectionCheck = { health: 'ok' } | { health: 'limited' | 'failing'; finding: ProviderFinding }

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
  log: ProviderLog
}

/** For what went wrong and could be done without. Nothing that an upstream sent goes into it. */
export interface ProviderLog {
  warn(details: Record<string, string>, message: string): void
}

/** One kind of provider: the `type` of an entry under `providers:`. `Settings` and `Connection` are what its schemas describe. */
export interface ProviderAdapter<Settings = unknown, Connection = unknown> {
  type: string
  /** The system's own name, the same in every language. */
  title: string
  /** What stands in the configuration beside `type`, `deadline` and `connection`. */
  settingsSchema: TObject
  /** What it needs to speak for somebody; without properties when it needs nothing. */
  connectionSchema: TObject
  /** What the schemas cannot say, such as hosts that are not allowed. */
  connectionMistakes?(connection: Connection, settings: Settings): SettingsMistake[]
  /** What is kept of a connection without mistakes, such as a key without the blanks around it; all of it when left out. */
  tidyConnection?(connection: Connection): Connection
  /** Ids of the features that an action may name, and those it shows, in order, when it names none. */
  features(settings: Settings): { known: readonly string[]; shown: readonly string[] }
  create(settings: Settings, context: ProviderContext): QuotaProvider<Connection>
}

/**
 * Why a provider could not tell, or tells little: what happened, and what to do about it.
 * The keys are stable: they appear in answers and logs as `finding`.
 */
export const providerFindings = {
  'api-key-rejected': [
    'The API key is not accepted: it is wrong, expired, or its user is disabled.',
    'Make a new API key and save the connection with it.'
  ],
  'scope-too-narrow': ["The API key's scope is too narrow.", 'Make an API key with the scope * or *:read.'],
  'role-too-low': ["The API key is a guest's, who may see nothing.", 'Make the API key as an admin or the owner.'],
  'not-an-admin': [
    "The API key is a plain user's: it tells the storage only.",
    'Make the API key as an admin or the owner to have everything told.'
  ],
  'room-admin': [
    "The API key is a room admin's: it tells neither the free backups nor what is bought beside the plan.",
    'Make the API key as an admin or the owner to have everything told.'
  ],
  'portal-not-paid': [
    'The API key works, but the portal is not paid: its plan or its trial has expired.',
    "Renew the plan on the portal's payments page."
  ],
  'access-refused': [
    'Access is refused: the portal is being restored or encrypted, or this address is not allowed.',
    "Wait, or allow this server's address in the portal's security settings."
  ],
  'portal-not-found': ['There is no such portal, or it was suspended or renamed.', "Check the portal's address."],
  'host-not-allowed': [
    'The address leads to a host that this service may not call.',
    "Check the address; an operator can add the host to the provider's allowedHosts."
  ],
  redirected: [
    'The address answers with a redirect, which is never followed.',
    'Give the address that the redirect leads to.'
  ],
  'answer-too-large': ['The answer is too large to be what we asked for.', "Check that the address is the portal's."],
  'answer-invalid': ['The answer makes no sense.', "Check that the address is the portal's."],
  'upstream-error': ['The portal answers with an error of its own.', 'Try again later.'],
  'call-not-made': [
    'The call could not be made, through a fault on our side.',
    "Look for call-not-made in the service's log, and report it."
  ],
  unreachable: ['The portal cannot be reached.', 'Check the address, or try again later.'],
  'rate-limited': ['The portal is limiting our calls.', 'Try again later.'],
  timeout: ['The portal did not answer in time.', 'Try again later.'],
  'store-unavailable': [
    "The service's own database does not answer.",
    'Check the database; the service recovers by itself.'
  ],
  'connection-unreadable': [
    'The saved connection cannot be read.',
    'Configure the encryption key that it was saved with, or save it again.'
  ]
} as const satisfies Record<string, readonly [message: string, remedy: string]>

export type ProviderFinding = keyof typeof providerFindings

export type ProviderErrorCode = 'PROVIDER_REJECTED' | 'QUOTA_UNAVAILABLE' | 'PROVIDER_TIMEOUT'

/** An upstream's failure, told without any part of what it sent. */
export class ProviderError extends QuotaBridgeError {
  declare readonly code: ProviderErrorCode
  readonly finding: ProviderFinding
  /** A status or a system error's code, for the log. */
  readonly reason: string | undefined

  constructor(
    code: ProviderErrorCode,
    finding: ProviderFinding,
    details: { reason?: string; retryAfterSeconds?: number } = {}
  ) {
    const retryAfterSeconds = details.retryAfterSeconds ?? (code === 'QUOTA_UNAVAILABLE' ? 30 : undefined)
    super(code, { ...(retryAfterSeconds !== undefined && { retryAfterSeconds }), data: { finding } })
    this.finding = finding
    this.reason = details.reason
  }
}
