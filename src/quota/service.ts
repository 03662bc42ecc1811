// From an action and a site to a report: which provider is asked, with which connection, and for how long.
import { QuotaBridgeError } from '../errors.ts'
import type { QuotaCall } from '../observe/events.ts'
import type { ConnectionKey } from '../store/connection-key.ts'
import { within } from '../within.ts'
import type { Question } from './knowledge.ts'
import { ProviderError } from './provider.ts'
import type { AsOf, QuotaReport } from './report.ts'
import type { Reports } from './reports.ts'
import { OTHER_FEATURES, selected } from './selection.ts'
import type { Shown } from './show.ts'
import { fetchWithinMs, keyOf, reportWithinMs, type Source } from './source.ts'

export interface QuotaAction {
  source: Source
  /** Which quotas, in which order; `*` stands for all others. */
  features: readonly string[]
  /** `false`: nothing is shown for this action, and nobody is asked. */
  enforced: boolean
}

/** What there is to show: a report, the way to connect, or nothing. */
export type QuotaOutcome =
  | { kind: 'report'; report: QuotaReport; asOf?: AsOf; reconnect?: Reconnect }
  | {
      kind: 'connect'
      connectUrl: string
      connectsHere: boolean
      key: ConnectionKey
      vocabulary: string
      title: string
    }
  | { kind: 'nothing' }

/** Where a connection is put right that the provider refuses, and what is connected there. */
export interface Reconnect {
  url: string
  title: string
}

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

export interface QuotaServiceOptions<Action extends QuotaAction>
  extends Pick<Reports, 'show' | 'showAtOnce' | 'markPlan'> {
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
  const { actions, sources, show, showAtOnce, markPlan } = options

  const asked = new Map([...actions].map(([key, action]) => [key, { action, question: questionOf(action) }]))

  function showAtHand({ source }: Action, question: ActionQuestion, key: ConnectionKey): Shown | undefined {
    const known = source.connectionAtHand(key.instanceId)
    return known && showAtOnce(key, { ...question, fingerprint: known.fingerprint })
  }

  async function showTo(
    { source: { provider, connectionOf } }: Action,
    question: ActionQuestion,
    key: ConnectionKey,
    call: QuotaCall
  ): Promise<Shown | undefined> {
    const known = await connectionOf(key.instanceId)
    return known && show({ key, call, provider, ...known, ...question })
  }

  return {
    async ask(call) {
      const { actionKey, instanceId } = call
      const found = asked.get(actionKey)
      if (!found) throw new QuotaBridgeError('ACTION_NOT_FOUND', { data: { actionKey } })
      const { action, question } = found
      if (!action.enforced) return { action, outcome: { kind: 'nothing' } }
      const { source } = action
      const key = keyOf(source, instanceId)
      const shown =
        key &&
        (showAtHand(action, question, key) ??
          (await within(reportWithinMs(source.freshness), showTo(action, question, key, call), late)))
      if (!shown) return { action, outcome: connectOutcome(source, instanceId) }
      const report = selected(shown.report, action.features)
      const { asOf } = shown
      return { action, outcome: { kind: 'report', report, ...(asOf && { asOf }) }, shown: { ...shown, key } }
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

/** Whoever shows the button puts into its address who the site is, in a way that nobody else can. */
function connectOutcome(
  { name, connectUrl, connectsHere = false, adapter }: Source,
  instanceId: string | undefined
): QuotaOutcome {
  if (connectUrl === undefined || instanceId === undefined) return { kind: 'nothing' }
  const key = { provider: name, instanceId }
  return { kind: 'connect', connectUrl, connectsHere, key, vocabulary: adapter.type, title: adapter.title }
}

/** How an action asks: which features concern it, and for how long a fetch may take. */
type ActionQuestion = Omit<Question, 'fingerprint'>

function questionOf({ source, features }: QuotaAction): ActionQuestion {
  const { freshness } = source
  return {
    shows: features.includes(OTHER_FEATURES) ? () => true : feature => features.includes(feature),
    freshness: { ...freshness, deadlineMs: fetchWithinMs(freshness) }
  }
}
