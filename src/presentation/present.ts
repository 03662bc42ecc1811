// A report and a language become Wix's answer. Pure: the clock is an argument.
import { v5 as uuidv5 } from 'uuid'
import type { Plan, PlanState, Quota, QuotaGroup, QuotaReport } from '../quota/report.ts'
import type * as wix from '../wix/contract.ts'
import { describeQuota } from './tooltip.ts'
import { inUnit, sharedUnit } from './units.ts'
import { isMessageKey, type MessageKey, type Words } from './words.ts'

/** Never to change: every plan's id comes from it. */
const PLAN_NAMESPACE = '312c116c-1f15-5344-bcca-08003eb806c6'

/** `in-name`: plain numbers, a size's unit in the feature's name. `in-value`: sizes as text, `13.73 GB`. */
export type SizeStyle = 'in-name' | 'in-value'

export interface PresentOptions {
  words: Words
  sizes: SizeStyle
  now: Date
  /** The maker's own names of features, by id, in the language of `words`. */
  labels: ReadonlyMap<string, string>
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

function presentGroup(report: QuotaReport, group: QuotaGroup, options: PresentOptions): wix.QuotaInfo {
  const limited = group.quotas.some(quota => quota.limit !== 'unlimited')
  return {
    plans: group.plans.map(plan => presentPlan(report, plan, options.words)),
    quotas: group.quotas.map(quota => presentQuota(report, quota, options)),
    ...(limited &&
      group.upgradeUrl && {
        upgradeCta: { url: group.upgradeUrl, label: options.words.say(UPGRADE_BUTTONS[report.state ?? 'active']) }
      })
  }
}

function presentPlan(report: QuotaReport, plan: Plan, words: Words): wix.Plan {
  return {
    id: uuidv5([report.vocabulary, report.account, plan.id].join('\n'), PLAN_NAMESPACE),
    name: plan.name ?? planName(report, plan, words)
  }
}

function planName({ vocabulary }: QuotaReport, { kind, quantity }: Plan, words: Words): string {
  const key = `${vocabulary}.plan.${kind}`
  const name = words.say(isMessageKey(key) ? key : 'plan.unnamed')
  // DocSpace counts bought storage in gigabytes.
  if (key !== 'docspace.plan.wallet-storage' || quantity === undefined) return name
  return words.say('plan.with-quantity', { name, quantity: words.size(quantity * 1024 ** 3) })
}

function presentQuota(report: QuotaReport, quota: Quota, options: PresentOptions): wix.Quota {
  const { words, now } = options
  const description = describeQuota(report, quota, words, now)
  return {
    ...presentNumbers(quota, featureName(report, quota, options), options),
    ...(quota.renewsAt && quota.renewsAt > now && { renewalDate: quota.renewsAt.toISOString() }),
    ...(description && {
      additionalInfo: {
        description,
        ...(quota.manageUrl && { cta: { url: quota.manageUrl, label: words.say('button.manage-storage') } })
      }
    })
  }
}

function featureName({ vocabulary }: QuotaReport, quota: Quota, { words, labels }: PresentOptions): string {
  const key = `${vocabulary}.feature.${quota.feature}`
  return labels.get(quota.feature) ?? (isMessageKey(key) ? words.say(key) : (quota.name ?? quota.feature))
}

function presentNumbers(
  { unit, used, limit }: Quota,
  name: string,
  { words, sizes }: PresentOptions
): Pick<wix.Quota, 'featureName' | 'currentUsage' | 'limit'> {
  if (unit === 'count') return { featureName: name, ...numbers(used, limit, String) }
  if (sizes === 'in-value') return { featureName: name, ...numbers(used, limit, words.size) }
  const shared = sharedUnit(used, limit)
  return {
    featureName: words.say('name.with-unit', { name, unit: words.unit(shared) }),
    ...numbers(used, limit, bytes => inUnit(bytes, shared))
  }
}

function numbers(used: number, limit: number | 'unlimited', write: (amount: number) => string) {
  return { currentUsage: write(used), ...(limit !== 'unlimited' && { limit: write(limit) }) }
}
