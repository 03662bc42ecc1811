// A report and a language become Wix's answer. Pure: the clock is an argument.
import { LRUCache } from 'lru-cache'
import { v5 as uuidv5 } from 'uuid'
import { stateOverAt } from '../quota/plan.ts'
import type { AsOf, Plan, PlanState, Quota, QuotaGroup, QuotaReport } from '../quota/report.ts'
import type { Reconnect } from '../quota/service.ts'
import { atMost } from '../recent.ts'
import type * as wix from '../wix/contract.ts'
import { asOfSentence } from './age.ts'
import type { MessageKey } from './catalogues.ts'
import { featureName, type Naming, planName } from './names.ts'
import { describeQuota } from './tooltip.ts'
import { inUnit, sharedUnit } from './units.ts'

/** Never to change: every plan's id comes from it. */
const PLAN_NAMESPACE = '312c116c-1f15-5344-bcca-08003eb806c6'

/** `in-name`: plain numbers, a size's unit in the feature's name. `in-value`: sizes as text, `13.73 GB`. */
export type SizeStyle = 'in-name' | 'in-value'

export interface PresentOptions extends Naming {
  sizes: SizeStyle
  now: Date
  /** Said in every tooltip, for a report that was fetched earlier. */
  asOf?: AsOf | undefined
  /** Where the connection is put right; in the place of buying more. */
  reconnect?: Reconnect | undefined
}

const UPGRADE_BUTTONS: Record<PlanState, MessageKey> = {
  active: 'button.upgrade',
  trial: 'button.choose-plan',
  grace: 'button.pay',
  expired: 'button.renew'
}

/** What Wix shows for a report; a group without a quota is left out, and without a group nothing is shown. */
export function present(report: QuotaReport, options: PresentOptions): wix.ActionQuotaInfo {
  const quotaInfo = report.groups
    .filter(group => group.quotas.length > 0)
    .map(group => presentGroup(report, group, options))
  return { enforced: quotaInfo.length > 0, quotaInfo }
}

/** What Wix needs to show nothing for an action. */
export const NOTHING_TO_SHOW: wix.ActionQuotaInfo = { enforced: false, quotaInfo: [] }

/** Until when the same is said of a report that is as new as the call: a date in it comes to pass. Milliseconds since 1970. */
export function saidUntil(report: QuotaReport, now: number): number {
  const dates = [stateOverAt(report), ...report.groups.flatMap(({ quotas }) => quotas.map(({ renewsAt }) => renewsAt))]
  return Math.min(...dates.map(date => date?.getTime() ?? Number.POSITIVE_INFINITY).filter(time => time > now))
}

function presentGroup(report: QuotaReport, group: QuotaGroup, options: PresentOptions): wix.QuotaInfo {
  const limited = group.quotas.some(quota => quota.limit !== 'unlimited')
  return {
    plans: group.plans.map(plan => presentPlan(report, plan, options)),
    quotas: group.quotas.map(quota => presentQuota(report, quota, options)),
    ...(options.reconnect && { upgradeCta: reconnectButton(options.reconnect, options) }),
    ...(limited &&
      !options.reconnect &&
      group.upgradeUrl && {
        upgradeCta: { url: group.upgradeUrl, label: options.words.say(UPGRADE_BUTTONS[report.state ?? 'active']) }
      })
  }
}

function reconnectButton({ url, title: name }: Reconnect, { words }: PresentOptions): wix.CallToAction {
  return { url, label: words.tell('button.connect', { name }) }
}

function presentPlan({ vocabulary, account }: QuotaReport, plan: Plan, options: PresentOptions): wix.Plan {
  return {
    id: planId([vocabulary, account, plan.id].join('\n')),
    name: planName(vocabulary, plan, options)
  }
}

/** Kept, since hashing one costs more than saying a quota. */
const planIds = new LRUCache<string, string>(atMost(10_000))

function planId(what: string): string {
  const id = planIds.get(what) ?? uuidv5(what, PLAN_NAMESPACE)
  planIds.set(what, id)
  return id
}

function presentQuota(report: QuotaReport, quota: Quota, options: PresentOptions): wix.Quota {
  const { words, now, asOf } = options
  const description = describeQuota(report, quota, words, now, asOf && asOfSentence(asOf, words, now))
  return {
    ...presentNumbers(quota, featureName(report.vocabulary, quota, options), options),
    ...(quota.renewsAt && quota.renewsAt > now && { renewalDate: quota.renewsAt.toISOString() }),
    ...(description && {
      additionalInfo: {
        description,
        ...(quota.manageUrl && {
          cta: {
            url: quota.manageUrl,
            label: words.say(quota.unit === 'bytes' ? 'button.manage-storage' : 'button.manage')
          }
        })
      }
    })
  }
}

function presentNumbers(
  { unit, used, limit }: Quota,
  name: string,
  { words, sizes }: PresentOptions
): Pick<wix.Quota, 'featureName' | 'currentUsage' | 'limit'> {
  if (unit === 'count') return { featureName: name, ...numbers(used, limit, String) }
  if (sizes === 'in-value') return { featureName: name, ...numbers(used, limit, words.asciiSize) }
  const shared = sharedUnit(used, limit)
  return {
    featureName: words.tell('name.with-unit', { name, unit: words.unit(shared) }),
    ...numbers(used, limit, bytes => inUnit(bytes, shared))
  }
}

function numbers(used: number, limit: number | 'unlimited', write: (amount: number) => string) {
  return { currentUsage: write(used), ...(limit !== 'unlimited' && { limit: write(limit) }) }
}
