// From an action and a site to a report: which provider is asked, with which connection, and for how long.
import { QuotaBridgeError } from '../errors.ts'
import type { QuotaCall } from '../observe/events.ts'
import type { ConnectionKey } from '../store/connection-key.ts'
import { within } from '../within.ts'
import { ProviderError } from './provider.ts'
import type { AsOf, QuotaGroup, QuotaReport } from './report.ts'
import type { Reports } from './reports.ts'
import type { Shown } from './show.ts'
import { fetchWithinMs, keyOf, reportWithinMs, type Source } from './source.ts'

/** Stands in a list of features for every one that is not named in it. */
export const OTHER_FEATURES = '*'

export interface QuotaAction {
  source: Source
  /** Which quotas, in which order; `*` stands for all others. */
  features: readonly string[]
  /** `false`: nothing is shown for this action, and nobody is asked. */
  enforced: boolean
}

/** What there is to show: a report, the way to connect, or nothing. */
export type QuotaOutcome =
  | { kind: 'report'; report: QuotaReport; asOf?: AsOf }
  | { kind: 'connect'; connectUrl: string; vocabulary: string; title: string }
  | { kind: 'nothing' }

export interface QuotaResult<Action extends QuotaAction> {
  action: Action
  outcome: QuotaOutcome
  /** How the report was come by, and whose it is; absent without one. */
  shown?: Shown & { key: ConnectionKey }
}

export interface QuotaService<Action extends QuotaAction = QuotaAction> {
  /**
   * What there is to show for one call of a site; a report is cut down to what the action shows.
   * @throws {QuotaBridgeError} ACTION_NOT_FOUND
   * @throws {ProviderError} when the provider cannot tell
   */
  ask(call: QuotaCall): Promise<QuotaResult<Action>>
  /**
   * Where a person buys more of a group; undefined when there is no such place. Unless `noted` is false, that somebody asked is
   * noted, since the plan may then change.
   * @throws {ProviderError} when the connection cannot be found out
   */
  upgradeUrl(key: ConnectionKey, group: number, noted?: boolean): Promise<string | undefined>
}

export interface QuotaServiceOptions<Action extends QuotaAction> extends Pick<Reports, 'show' | 'markPlan'> {
  actions: ReadonlyMap<string, Action>
  /** By name. */
  sources: ReadonlyMap<string, Source>
}

/** Whatever it was that a call waited for. */
const late = (): never => {
  throw new ProviderError('PROVIDER_TIMEOUT', 'timeout')
}

/** Answers quota calls from the configured actions. */
export function createQuotaService<Action extends QuotaAction>(
  options: QuotaServiceOptions<Action>
): QuotaService<Action> {
  const { actions, sources, show, markPlan } = options

  async function showTo({ source, features }: Action, key: ConnectionKey, call: QuotaCall) {
    const { provider, connectionOf, freshness } = source
    const known = await connectionOf(key.instanceId)
    if (!known) return undefined
    const shows = features.includes(OTHER_FEATURES) ? () => true : (feature: string) => features.includes(feature)
    const withinDeadline = { ...freshness, deadlineMs: fetchWithinMs(freshness) }
    return show({ key, call, provider, ...known, shows, freshness: withinDeadline })
  }

  return {
    async ask(call) {
      const { actionKey, instanceId } = call
      const action = actions.get(actionKey)
      if (!action) throw new QuotaBridgeError('ACTION_NOT_FOUND', { data: { actionKey } })
      if (!action.enforced) return { action, outcome: { kind: 'nothing' } }
      const { source, features } = action
      const key = keyOf(source, instanceId)
      const shown = key && (await within(reportWithinMs(source.freshness), showTo(action, key, call), late))
      if (!shown) return { action, outcome: connectOutcome(source, instanceId) }
      const { report, asOf } = shown
      const selected = { ...report, groups: selectFeatures(report.groups, features) }
      return { action, outcome: { kind: 'report', report: selected, ...(asOf && { asOf }) }, shown: { ...shown, key } }
    },

    async upgradeUrl(key, group, noted = true) {
      const source = sources.get(key.provider)
      const known = await source?.connectionOf(key.instanceId)
      const url = known && source?.provider.upgradeUrl(known.connection, group)
      if (url && noted) await markPlan(key)
      return url
    }
  }
}

function connectOutcome({ connectUrl, adapter }: Source, instanceId: string | undefined): QuotaOutcome {
  if (connectUrl === undefined || instanceId === undefined) return { kind: 'nothing' }
  const url = new URL(connectUrl)
  url.searchParams.set('instanceId', instanceId)
  return { kind: 'connect', connectUrl: url.href, vocabulary: adapter.type, title: adapter.title }
}

/** The quotas of these features alone, in their order; `*` stands for all others. */
export function selectFeatures(groups: QuotaGroup[], features: readonly string[]): QuotaGroup[] {
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
