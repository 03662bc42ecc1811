// From an action and a site to a report: which provider is asked, with which connection, and for how long.
import { QuotaBridgeError } from '../errors.ts'
import { ProviderError, type QuotaProvider } from './provider.ts'
import type { QuotaGroup, QuotaReport } from './report.ts'

/** What is left of a deadline for presenting the report and sending the answer. */
const ANSWER_RESERVE_MS = 100
/** What an adapter has, after its signal aborted, to make the best of what it already knows. */
const LAST_WORDS_MS = 100

/** Stands in a list of features for every one that is not named in it. */
export const OTHER_FEATURES = '*'

export interface QuotaSource {
  name: string
  provider: QuotaProvider
  /** Checked against the adapter's schema. */
  connection: unknown
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

export interface QuotaResult<Action extends QuotaAction> {
  action: Action
  report: QuotaReport | undefined
}

export interface QuotaService<Action extends QuotaAction> {
  /**
   * The report for one call, cut down to what the action shows; none where the action is not enforced.
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
    async ask({ actionKey }) {
      const action = actions.get(actionKey)
      if (!action) throw new QuotaBridgeError('ACTION_NOT_FOUND', { data: { actionKey } })
      if (!action.enforced) return { action, report: undefined }
      const report = await fetchWithin(action.source)
      return { action, report: { ...report, groups: selectFeatures(report.groups, action.features) } }
    }
  }
}

async function fetchWithin({ provider, connection, deadlineMs }: QuotaSource): Promise<QuotaReport> {
  const abort = new AbortController()
  const aborting = setTimeout(() => abort.abort(), deadlineMs - LAST_WORDS_MS - ANSWER_RESERVE_MS)
  let givingUp: NodeJS.Timeout | undefined
  // An adapter that overlooks its signal must not hold the answer back.
  const late = new Promise<never>((_resolve, reject) => {
    givingUp = setTimeout(
      () => reject(new ProviderError('PROVIDER_TIMEOUT', 'timeout')),
      deadlineMs - ANSWER_RESERVE_MS
    )
  })
  try {
    return await Promise.race([
      provider.fetchReport(connection, { signal: abort.signal, planMayHaveChanged: false }),
      late
    ])
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
