// From an action and a site to a report: which provider is asked, with which connection, and for how long.
import { QuotaBridgeError } from '../errors.ts'
import type { SiteKey } from '../store/changes.ts'
import type { Freshness } from './freshness.ts'
import { ProviderError, type QuotaProvider } from './provider.ts'
import type { AsOf, QuotaGroup, QuotaReport } from './report.ts'
import type { Shown, Snapshots } from './snapshots.ts'
import type { UpgradeLinks } from './upgrade-links.ts'

/** What is left of a deadline for presenting the report and sending the answer. */
const ANSWER_RESERVE_MS = 200
/** What an adapter has, after its signal aborted, to make the best of what it already knows. */
const LAST_WORDS_MS = 100

/** In the place of a site, for what all sites share. */
export const SHARED = ''

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
  /** Whether every site has a connection of its own. */
  perSite: boolean
  freshness: Freshness
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
  /** How the report was come by; absent without one. */
  shown?: Shown
}

export interface QuotaService<Action extends QuotaAction> {
  /**
   * What there is to show for one call; a report is cut down to what the action shows.
   * @throws {QuotaBridgeError} ACTION_NOT_FOUND
   * @throws {ProviderError} when the provider cannot tell
   */
  ask(call: QuotaCall): Promise<QuotaResult<Action>>
  /**
   * Where a person buys more, which is noted, since the plan may then change; undefined when there is no such place.
   * @throws {ProviderError} when the connection cannot be found out
   */
  upgradeUrl(key: SiteKey): Promise<string | undefined>
}

export interface QuotaServiceOptions<Action extends QuotaAction> {
  actions: ReadonlyMap<string, Action>
  /** By name. */
  sources: ReadonlyMap<string, QuotaSource>
  snapshots: Snapshots
  /** Upgrade buttons lead by way of these; straight to the provider without them. */
  links?: UpgradeLinks
}

/** Answers quota calls from the configured actions. */
export function createQuotaService<Action extends QuotaAction>({
  actions,
  sources,
  snapshots,
  links
}: QuotaServiceOptions<Action>): QuotaService<Action> {
  async function show(source: QuotaSource, key: SiteKey): Promise<Shown | undefined> {
    const { provider, connectionOf, freshness } = source
    const found = await connectionOf(key.instanceId)
    if (!found) return undefined
    // What an adapter still knows when its signal aborts must come before the call is given up.
    const deadlineMs = freshness.deadlineMs - LAST_WORDS_MS - ANSWER_RESERVE_MS
    return snapshots.show({ key, provider, connection: found.connection, freshness: { ...freshness, deadlineMs } })
  }

  return {
    async ask({ actionKey, instanceId }) {
      const action = actions.get(actionKey)
      if (!action) throw new QuotaBridgeError('ACTION_NOT_FOUND', { data: { actionKey } })
      if (!action.enforced) return { action, outcome: { kind: 'nothing' } }
      const { source, features } = action
      const key = keyOf(source, instanceId)
      const shown = key && (await within(source.freshness.deadlineMs - ANSWER_RESERVE_MS, show(source, key)))
      if (!shown) return { action, outcome: connectOutcome(source, instanceId) }
      const link = await links?.linkFor(key)
      const groups = selectFeatures(shown.report.groups, features).map(group =>
        link && group.upgradeUrl ? { ...group, upgradeUrl: link } : group
      )
      const { asOf } = shown
      return { action, outcome: { kind: 'report', report: { ...shown.report, groups }, ...(asOf && { asOf }) }, shown }
    },

    async upgradeUrl(key) {
      const source = sources.get(key.provider)
      const found = await source?.connectionOf(key.instanceId)
      const url = found && source?.provider.upgradeUrl(found.connection)
      if (url) await snapshots.planMayHaveChanged(key)
      return url
    }
  }
}

/** Which snapshot a call is about: the site's own, or the one that all sites share. */
function keyOf({ name, perSite }: QuotaSource, instanceId: string | undefined): SiteKey | undefined {
  if (!perSite) return { provider: name, instanceId: SHARED }
  return instanceId === undefined ? undefined : { provider: name, instanceId }
}

function connectOutcome({ connectUrl, vocabulary, title }: QuotaSource, instanceId: string | undefined): QuotaOutcome {
  if (connectUrl === undefined || instanceId === undefined) return { kind: 'nothing' }
  const url = new URL(connectUrl)
  url.searchParams.set('instanceId', instanceId)
  return { kind: 'connect', connectUrl: url.href, vocabulary, title }
}

/** What a piece of work gives, or PROVIDER_TIMEOUT when it takes too long, whatever it waits for. */
async function within<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ProviderError('PROVIDER_TIMEOUT', 'timeout')), limitMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
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
