// From DocSpace's answers to a report. Pure: the clock is an argument.
// The rules are those of DocSpace's own API: https://api.onlyoffice.com/docspace/api-backend/usage-api/
import type { Plan, PlanState, Quota, QuotaReport } from '../../quota/report.ts'
import { parseDate, startOfNextMonth } from './dates.ts'
import type { DocSpaceQuota, DocSpaceTariff, Feature } from './schema.ts'

export const VOCABULARY = 'docspace'

/** Features that are counted against a limit. `file_size` is not: it is the largest file allowed, and its usage is always 0. */
export const COUNTED_FEATURES = ['room', 'manager', 'total_size', 'users', 'aiagent', 'free_backup'] as const

/** What DocSpace's own payment page shows, in its order. */
export const SHOWN_FEATURES = ['room', 'manager', 'total_size'] as const

const UNLIMITED = -1
const NOT_IN_PLAN = 0

const TRIAL_OR_COMMUNITY = -1
const STANDALONE_LICENCE = -1000

const STATES: readonly (PlanState | undefined)[] = ['trial', 'active', 'grace', 'expired']

/** DocSpace warns of rooms and seats when this many are left; of storage only by percentage. */
const WARN_AT_REMAINING: ReadonlyMap<string, number> = new Map([
  ['room', 2],
  ['manager', 2]
])

const WALLET_KINDS: Record<number, string> = {
  [-11]: 'wallet-storage',
  [-12]: 'wallet-backup',
  [-13]: 'wallet-ai-tools',
  [-14]: 'wallet-admins',
  [-15]: 'wallet-docs-cloud',
  [-16]: 'wallet-dev-pack',
  [-18]: 'wallet-ai-search'
}

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
      { plans: plans(quota, tariff, standalone), quotas, upgradeUrl: new URL(portal.upgradePath, portal.origin).href }
    ]
  }
}

function planState(quota: DocSpaceQuota, tariff: DocSpaceTariff | undefined): PlanState | undefined {
  if (tariff?.state !== undefined) return STATES[tariff.state]
  return quota.trial ? 'trial' : undefined
}

function isStandalone(quota: DocSpaceQuota, tariff: DocSpaceTariff | undefined): boolean {
  if (quota.id === STANDALONE_LICENCE || (quota.id === TRIAL_OR_COMMUNITY && quota.trial === false)) return true
  return Boolean(tariff?.openSource || tariff?.enterprise || tariff?.developer)
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

/** A name of blanks alone says nothing to anybody. */
function isReadable(text: string | null | undefined): text is string {
  return typeof text === 'string' && text.trim() !== ''
}

/** Beyond 2^53 JSON's numbers are rounded on their way here; a rounded number is a wrong one. */
function isExact(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
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

function plans(quota: DocSpaceQuota, tariff: DocSpaceTariff | undefined, standalone: boolean): Plan[] {
  const rows = tariff?.quotas ?? []
  const bought = rows.find(row => row.id === quota.id && !row.wallet)
  const kind = planKind(quota, tariff, standalone)
  const main: Plan = {
    id: String(quota.id),
    ...(isReadable(quota.title) && { name: quota.title }),
    ...(kind && { kind }),
    ...told(bought?.quantity)
  }
  const wallet = rows
    .filter(row => row.wallet && row.quantity !== 0)
    .map(
      ({ id, quantity }): Plan => ({
        id: String(id),
        kind: WALLET_KINDS[id] ?? 'wallet',
        ...told(quantity)
      })
    )
  return [main, ...wallet]
}

/** How much was bought, where the number can be one. */
function told(quantity: number | undefined): Pick<Plan, 'quantity'> {
  return isExact(quantity) ? { quantity } : {}
}

/** Trial and standalone plans have no title, so that our own catalogue names them. */
function planKind(quota: DocSpaceQuota, tariff: DocSpaceTariff | undefined, standalone: boolean): string | undefined {
  if (quota.trial) return 'trial'
  if (!standalone) return undefined
  if (tariff?.enterprise) return 'enterprise'
  if (tariff?.developer) return 'developer'
  if (tariff?.openSource || quota.id === TRIAL_OR_COMMUNITY) return 'community'
  return 'self-hosted'
}
