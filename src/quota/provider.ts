// What an adapter is: how one kind of system is configured, and how its quotas are read.
import type { Findings } from '../findings.ts'
import type { Mistake } from '../mistakes.ts'
import type { ProviderLog, ProviderWatch } from '../observe/provider.ts'
import type { TObject } from '../schema.ts'
import type { PlanState, QuotaReport } from './report.ts'

export { ProviderError, type ProviderErrorCode } from '../provider-error.ts'

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
export type ConnectionCheck = ({ health: 'ok' } | { health: 'limited' | 'failing'; finding: string }) & CheckDetails

/** What else a check may have found out. */
export interface CheckDetails {
  /** When the credentials end; absent where the upstream does not tell. */
  expiresAt?: Date | 'never'
  /** Ids of features that the upstream has, but does not tell to these credentials. */
  hidden?: readonly string[]
}

export interface ProviderContext {
  /** The provider's name in the configuration. */
  name: string
  /** Milliseconds since 1970. */
  now: () => number
  log: ProviderLog
  watch?: ProviderWatch | undefined
}

/** One kind of provider: the `type` of an entry under `providers:`. `Settings` and `Connection` are what its schemas describe. */
export interface ProviderAdapter<Settings = unknown, Connection = unknown> {
  type: string
  /** The system's own name, the same in every language. */
  title: string
  /** Its names: a folder with `<tag>.json` for each language, English at least, with keys `feature.<id>` and `plan.<kind>`. */
  messages?: URL
  /** What only it can find, or says better than sharedFindings. */
  findings?: Findings
  /** What stands in the configuration beside `type`, `deadline` and `connection`. */
  settingsSchema: TObject
  /** What it needs to speak for somebody; without properties when it needs nothing. */
  connectionSchema: TObject
  /**
   * The adapter of an entry of the configuration, as it was written, where it says what a connection is; or why there is none.
   * `folder` is the configuration's.
   */
  adapterFor?(written: unknown, folder: string): ProviderAdapter | Mistake
  /** Its code has changed since this process loaded it; only another process can load it anew. */
  isOutdated?: true
  /**
   * What the schemas cannot say, such as hosts that are not allowed: of the settings, and of a connection. No message
   * quotes a part of the connection: it may come from a placeholder, whose value is never printed.
   */
  settingsMistakes?(settings: Settings): Mistake[]
  connectionMistakes?(connection: Connection, settings: Settings): Mistake[]
  /** What is kept of a connection without mistakes, such as a key without the blanks around it; all of it when left out. */
  tidyConnection?(connection: Connection): Connection
  /** Ids of the features that an action may name, and those it shows, in order, when it names none. */
  features(settings: Settings): { known: readonly string[]; shown: readonly string[] }
  /** A made-up account whose plan stands so, for previews: nobody's numbers. One is made of the features when left out. */
  sample?(settings: Settings, state: PlanState, now: Date): QuotaReport
  create(settings: Settings, context: ProviderContext): QuotaProvider<Connection>
}
