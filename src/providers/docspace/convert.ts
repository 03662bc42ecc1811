// From DocSpace's answers to a report. Pure: the clock is an argument.
// The rules are those of DocSpace's own API: https://api.onlyoffice.com/docspace/api-backend/usage-api/
import type { PlanState, Quota, QuotaReport } from '../../quota/report.ts'
import { visibleText } from '../upstream-text.ts'
import { parseDate, startOfNextMonth } from './dates.ts'
import { convertPlans, isExact, isStandalone } from './plans.ts'
import type { DocSpaceQuota, DocSpaceTariff, Feature } from './schema.ts'

export const VOCABULARY = 'docspace'

/** Features that are counted against a limit. `file_size` is not: it is the largest file allowed, and its usage is always 0. */
export const COUNTED_FEATURES = ['room', 'manager', 'total_size', 'users', 'aiagent', 'free_backup'] as const

/** What DocSpace's own payment page shows, in its order. */
export const SHOWN_FEATURES = ['room', 'manager', 'total_size'] as const

/** DocSpace has about 25. */
const FEATURES_MAX = 200

const UNLIMITED = -1
const NOT_IN_PLAN = 0

const STATES: readonly (PlanState | undefined)[] = ['trial', 'active', 'grace', 'expired']

/** DocSpace warns of rooms and seats when this many are left; of storage only by percentage. */
const FEW_LEFT = 2

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
  const dueAt = parseDate(tariff?.dueDate)
  const isTrial = state === 'trial' || quota.trial === true
  const standalone = isStandalone(quota, tariff)
  const ownLimit = standalone ? customLimit(quota) : undefined
  const quotas = new Map<string, Quota>()
  for (const feature of quota.features.slice(0, FEATURES_MAX)) {
    const counted = convertFeature(feature, feature.id === 'total_size' ? ownLimit : undefined)
    // What comes twice counts once, as it was told first.
    if (!counted || quotas.has(feature.id)) continue
    quotas.set(feature.id, complete(counted, portal, renewsOn(feature.id, isTrial, dueAt, now)))
  }
  return {
    vocabulary: VOCABULARY,
    account: portal.origin,
    ...(state && { state }),
    ...(stateEndsAt && { stateEndsAt }),
    groups: [
      {
        plans: convertPlans(quota, tariff),
        quotas: [...quotas.values()],
        upgradeUrl: new URL(portal.upgradePath, portal.origin).href
      }
    ]
  }
}

/** A trial licence of a self-hosted portal is paid as far as the tariff knows. */
function planState(quota: DocSpaceQuota, tariff: DocSpaceTariff | undefined): PlanState | undefined {
  const state = tariff?.state === undefined ? 'active' : STATES[tariff.state]
  if (state === 'active' && quota.trial) return 'trial'
  return tariff?.state === undefined ? undefined : state
}

/** On standalone, the administrator's own limit takes the place of the plan's storage: 0 leaves none. */
function customLimit({ tenantCustomQuota: custom }: DocSpaceQuota): number | undefined {
  return custom?.enableQuota && custom.quota !== undefined && custom.quota >= UNLIMITED ? custom.quota : undefined
}

/**
 * Nothing for what is not counted, is not in the plan, has no name, or whose numbers were not told or cannot be told
 * exactly. `ownLimit` takes the place of the plan's.
 */
function convertFeature(feature: Feature, ownLimit: number | undefined): Quota | undefined {
  const unit = feature.type === 'size' ? 'bytes' : feature.type === 'count' ? 'count' : undefined
  const used = feature.used?.value
  const value = ownLimit ?? feature.value
  if (!unit || feature.id === 'file_size' || (feature.value === NOT_IN_PLAN && ownLimit === undefined)) return undefined
  if (!isExact(used)) return undefined
  const limit = value === UNLIMITED ? 'unlimited' : value
  if (limit !== 'unlimited' && !isExact(limit)) return undefined
  const name = visibleText(feature.priceTitle) ?? visibleText(feature.title) ?? visibleText(feature.id)
  if (name === undefined) return undefined
  return { feature: feature.id, name, unit, used, limit, ...(ownLimit !== undefined && { limitSetByOwner: true }) }
}

/** A trial ends; nothing of it renews, for all that anybody knows. */
function renewsOn(feature: string, isTrial: boolean, dueAt: Date | undefined, now: Date): Date | undefined {
  if (isTrial) return undefined
  return feature === 'free_backup' ? startOfNextMonth(now) : dueAt
}

function complete(quota: Quota, portal: Portal, renewsAt: Date | undefined): Quota {
  const warnAtRemaining = warnFrom(quota)
  return {
    ...quota,
    ...(renewsAt && { renewsAt }),
    ...(warnAtRemaining !== undefined && { warnAtRemaining }),
    ...(quota.feature === 'total_size' && { manageUrl: `${portal.origin}/portal-settings/management/disk-space` })
  }
}

/** Of few seats it warns only when more than one was taken: a fresh portal has its one admin. */
function warnFrom({ feature, used }: Quota): number | undefined {
  return feature === 'room' || (feature === 'manager' && used > 1) ? FEW_LEFT : undefined
}
