// From DocSpace's answers to a report. Pure: the clock is an argument.
// The rules are those of DocSpace's own API: https://api.onlyoffice.com/docspace/api-backend/usage-api/
import type { PlanState, Quota, QuotaReport } from '../../quota/report.ts'
import { parseDate, startOfNextMonth } from './dates.ts'
import { convertPlans, isStandalone } from './plans.ts'
import type { DocSpaceQuota, DocSpaceTariff, Feature } from './schema.ts'
import { isExact, isReadable } from './values.ts'

export const VOCABULARY = 'docspace'

/** Features that are counted against a limit. `file_size` is not: it is the largest file allowed, and its usage is always 0. */
export const COUNTED_FEATURES = ['room', 'manager', 'total_size', 'users', 'aiagent', 'free_backup'] as const

/** What DocSpace's own payment page shows, in its order. */
export const SHOWN_FEATURES = ['room', 'manager', 'total_size'] as const

const UNLIMITED = -1
const NOT_IN_PLAN = 0

const STATES: readonly (PlanState | undefined)[] = ['trial', 'active', 'grace', 'expired']

/** DocSpace warns of rooms and seats when this many are left; of storage only by percentage. */
const WARN_AT_REMAINING: ReadonlyMap<string, number> = new Map([
  ['room', 2],
  ['manager', 2]
])

export interface Portal {
  /** The portal's origin: `https://acme.onlyoffice.com`. */
  origin: string
  /** Path of its payments page. */
  upgradePath: string
}

/** The report of one portal. `tariff` is absent when only that call failed; what it would have told is then left out. */
export function convert(
  quota: DocSpaceQuota,
  tariff: DocSpaceTariff | undefined,
  portal: Portal,
  now: Date
): QuotaReport {
  const state = planState(quota, tariff)
  const stateEndsAt = parseDate(
    state === 'grace' ? tariff?.delayDueDate : state === 'trial' ? tariff?.dueDate : undefined
  )
  // A trial ends; it does not renew.
  const renewsAt = state === 'trial' ? undefined : parseDate(tariff?.dueDate)
  const standalone = isStandalone(quota, tariff)
  const quotas = quota.features.flatMap(feature => {
    const counted = convertFeature(standalone ? applyCustomQuota(feature, quota) : feature)
    return counted ? [complete(counted, portal, renewsAt, now)] : []
  })
  return {
    vocabulary: VOCABULARY,
    account: portal.origin,
    ...(state && { state }),
    ...(stateEndsAt && { stateEndsAt }),
    groups: [
      { plans: convertPlans(quota, tariff), quotas, upgradeUrl: new URL(portal.upgradePath, portal.origin).href }
    ]
  }
}

function planState(quota: DocSpaceQuota, tariff: DocSpaceTariff | undefined): PlanState | undefined {
  if (tariff?.state !== undefined) return STATES[tariff.state]
  return quota.trial ? 'trial' : undefined
}

/** On standalone, the administrator's own limit takes the place of the plan's storage. */
function applyCustomQuota(feature: Feature, { tenantCustomQuota: custom }: DocSpaceQuota): Feature {
  if (feature.id !== 'total_size' || !custom?.enableQuota || custom.quota === undefined) return feature
  return custom.quota < UNLIMITED ? feature : { ...feature, value: custom.quota }
}

/** Nothing for what is not counted, is not in the plan, has no name, or whose numbers were not told or cannot be told exactly. */
function convertFeature(feature: Feature): Quota | undefined {
  const unit = feature.type === 'size' ? 'bytes' : feature.type === 'count' ? 'count' : undefined
  const used = feature.used?.value
  if (!unit || feature.id === 'file_size' || feature.value === NOT_IN_PLAN) return undefined
  if (!isExact(used)) return undefined
  const limit = feature.value === UNLIMITED ? 'unlimited' : feature.value
  if (limit !== 'unlimited' && !isExact(limit)) return undefined
  const name = [feature.priceTitle, feature.title, feature.id].find(isReadable)
  return name === undefined ? undefined : { feature: feature.id, name, unit, used, limit }
}

function complete(quota: Quota, portal: Portal, planRenewsAt: Date | undefined, now: Date): Quota {
  const renewsAt = quota.feature === 'free_backup' ? startOfNextMonth(now) : planRenewsAt
  const warnAtRemaining = WARN_AT_REMAINING.get(quota.feature)
  return {
    ...quota,
    ...(renewsAt && { renewsAt }),
    ...(warnAtRemaining !== undefined && { warnAtRemaining }),
    ...(quota.feature === 'total_size' && { manageUrl: `${portal.origin}/portal-settings/management/disk-space` })
  }
}
