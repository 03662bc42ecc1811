// From an action and a site to a report: which provider is asked, with which connection, and for how long.
import { QuotaBridgeError } from '../errors.ts'
import { ProviderError, type QuotaProvider } from './provider.ts'
import type { AsOf, QuotaGroup, QuotaReport } from './report.ts'

/** What is left of a deadline for presenting the report and sending the answer. */
const ANSWER_RESERVE_MS = 100
/** What an adapter has, after its signal aborted, to make the best of what it already knows. */
const LAST_WORDS_MS = 100

/** Stands in a list of features for every one that is not named in it. */
export const OTHER_FEATURES = '*'

export interface QuotaSource {
  name: string
  provider: QuotaProvider
  /**
   * What the provider needs to speak for a site; undefined when that site has none.
   * @throws {ProviderError} when it cannot be found out
   */
  connectionOf(instanceId: string | undefined): Promise<{ connection: unknown } | undefined>
  /** The adapter's type and the system's own name, for a site that is asked to connect. */
  vocabulary: string
  title: string
  /** Where a site without a connection is sent. */
  connectUrl?: string
  /** The answer leaves within this time of the call. */
  deadlineMs: number
}

export interface QuotaAction {
  source: QuotaSource
  /** Which quotas, in which order; `*` stands for all others. */
  features: readonly string[]
  /** `false`: nothing is shown for this action, and nobody is asked. */
  enforced: boolean
}

export interface QuotaCall {
  actionKey: string
  /** The site: one installation of the app. */
  instanceId?: string
}

/** What there is to show: a report, the way to connect, or nothing. */
export type QuotaOutcome =
  | { kind: 'report'; report: QuotaReport; asOf?: AsOf }
  | { kind: 'connect'; connectUrl: string; vocabulary: string; title: string }
  | { kind: 'nothing' }

export interface QuotaResult<Action extends QuotaAction> {
  action: Action
  outcome: QuotaOutcome
}

export interface QuotaService<Action extends QuotaAction> {
  /**
   * What there is to show for one call; a report is cut down to what the action shows.
   * @throws {QuotaBridgeError} ACTION_NOT_FOUND
   * @throws {ProviderError} when the provider cannot tell
   */
  ask(call: QuotaCall): Promise<QuotaResult<Action>>
}

/** Answers quota calls from the configured actions. */
export function createQuotaService<Action extends QuotaAction>(
  actions: ReadonlyMap<string, Action>
): QuotaService<Action> {
  return {
    async ask({ actionKey, instanceId }) {
      const action = actions.get(actionKey)
      if (!action) throw new QuotaBridgeError('ACTION_NOT_FOUND', { data: { actionKey } })
      if (!action.enforced) return { action, outcome: { kind: 'nothing' } }
      const { source, features } = action
      const report = await within(source.deadlineMs, signal => fetchReport(source, instanceId, signal))
      if (report)
        return {
          action,
          outcome: { kind: 'report', report: { ...report, groups: selectFeatures(report.groups, features) } }
        }
      return { action, outcome: connectOutcome(source, instanceId) }
    }
  }
}

async function fetchReport(
  { provider, connectionOf }: QuotaSource,
  instanceId: string | undefined,
  signal: AbortSignal
) {
  const found = await connectionOf(instanceId)
  return found && provider.fetchReport(found.connection, { signal, planMayHaveChanged: false })
}

function connectOutcome({ connectUrl, vocabulary, title }: QuotaSource, instanceId: string | undefined): QuotaOutcome {
  if (connectUrl === undefined || instanceId === undefined) return { kind: 'nothing' }
  const url = new URL(connectUrl)
  url.searchParams.set('instanceId', instanceId)
  return { kind: 'connect', connectUrl: url.href, vocabulary, title }
}

/** Does a piece of work, or throws PROVIDER_TIMEOUT in time for an answer to leave within the deadline. */
async function within<Result>(deadlineMs: number, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const abort = new AbortController()
  const aborting = setTimeout(() => abort.abort(), deadlineMs - LAST_WORDS_MS - ANSWER_RESERVE_MS)
  let givingUp: NodeJS.Timeout | undefined
  // Work that overlooks its signal must not hold the answer back.
  const late = new Promise<never>((_resolve, reject) => {
    givingUp = setTimeout(
      () => reject(new ProviderError('PROVIDER_TIMEOUT', 'timeout')),
      deadlineMs - ANSWER_RESERVE_MS
    )
  })
  try {
    return await Promise.race([work(abort.signal), late])
  } finally {
    clearTimeout(aborting)
    clearTimeout(givingUp)
  }
}

function selectFeatures(groups: QuotaGroup[], features: readonly string[]): QuotaGroup[] {
  const position = new Map(features.map((feature, index) => [feature, index]))
  const others = position.get(OTHER_FEATURES)
  return groups.map(group => ({
    ...group,
    quotas: group.quotas
      .map(quota => ({ quota, place: position.get(quota.feature) ?? others }))
      .filter(({ place }) => place !== undefined)
      .sort((a, b) => Number(a.place) - Number(b.place))
      .map(({ quota }) => quota)
  }))
}
