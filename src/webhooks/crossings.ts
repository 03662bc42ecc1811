// From what is found out to what may have to be told. Pure but for the clock.
import type { ConnectionHealth } from '../observe/events.ts'
import { nearnessOf } from '../presentation/nearness.ts'
import type { Quota, QuotaReport } from '../quota/report.ts'
import { OTHER_FEATURES } from '../quota/selection.ts'
import type { QuotaAction } from '../quota/service.ts'
import type { ConnectionKey } from '../store/connection-key.ts'
import type { Notice } from './notice.ts'

const DAY_MS = 86_400_000
/** As the doctor warns. */
const SOON_DAYS = 30
/** A weekend. */
const URGENT_DAYS = 3

/** That a connection does not work; the finding is of the present, and is not told again when it changes. */
export function failingOf({ key, finding, message, remedy }: Omit<ConnectionHealth, 'health'>): Notice {
  const data = { finding, ...(message && { message }), ...(remedy && { remedy }) }
  return { type: 'connection.failing', key, subject: '', state: 'failing', data }
}

export function recoveredOf(key: ConnectionKey): Notice {
  return { type: 'connection.recovered', key, subject: '', state: '', data: {} }
}

/** That the credentials of a connection that works end soon, if they do. `now` is in milliseconds since 1970. */
export function expiringOf({ key, health, expiresAt }: ConnectionHealth, now: number): Notice | undefined {
  if (expiresAt === undefined || health === 'failing') return undefined
  const days = Math.floor((expiresAt - now) / DAY_MS)
  if (days >= SOON_DAYS) return undefined
  const state = `${expiresAt} ${days < URGENT_DAYS ? 'urgent' : 'soon'}`
  const data = { expiresAt: new Date(expiresAt).toISOString(), daysLeft: Math.max(0, days) }
  return { type: 'key.expiring', key, subject: '', state, data }
}

/** Of the quotas in a report those that are at their limit, or near it, as far as some action shows them. */
export function quotasOf(
  key: ConnectionKey,
  { groups }: QuotaReport,
  actions: Iterable<QuotaAction>,
  now: number
): Notice[] {
  const shown = new Set<string>()
  for (const { source, features, enforced } of actions)
    if (enforced && source.name === key.provider) for (const feature of features) shown.add(feature)
  return groups
    .flatMap(({ quotas }) => quotas)
    .filter(({ feature }) => shown.has(feature) || shown.has(OTHER_FEATURES))
    .flatMap(quota => quotaOf(key, quota, now))
}

function quotaOf(key: ConnectionKey, quota: Quota, now: number): Notice[] {
  const nearness = nearnessOf(quota)
  if (!nearness) return []
  const { feature, unit, used, limit, renewsAt } = quota
  // What never begins anew is told of once a month.
  const period = renewsAt?.toISOString() ?? new Date(now).toISOString().slice(0, 7)
  const data = { feature, unit, used, limit, percentage: nearness.percentage }
  return [
    {
      type: nearness.kind === 'near' ? 'quota.near-limit' : 'quota.reached',
      key,
      subject: feature,
      // Whoever bought more may reach that too.
      state: `${period} ${limit}`,
      data: { ...data, ...(renewsAt && { renewsAt: renewsAt.toISOString() }) }
    }
  ]
}
