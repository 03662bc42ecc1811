// A made-up portal for previews. It is told in DocSpace's own words and converted like any other, so that it shows what a real one would.
import type { PlanState, QuotaReport } from '../../quota/report.ts'
import { convert } from './convert.ts'
import type { DocSpaceQuota, DocSpaceTariff } from './schema.ts'

const ORIGIN = 'https://portal.example.com'
const GB = 1024 ** 3
const DAY_MS = 86_400_000
const [TRIAL, BUSINESS] = [-1, -9]
const UNLIMITED = -1
/** What the tariff calls a state. */
const CODES: Record<PlanState, number> = { trial: 0, active: 1, grace: 2, expired: 3 }

const count = (id: string, used: number, value: number) => ({ id, type: 'count', value, used: { value: used } })

/** A portal with something to say of each feature; dates are as far from `now` as they usually are. */
export function sampleReport({ upgradePath }: { upgradePath: string }, state: PlanState, now: Date): QuotaReport {
  const inDays = (days: number) => new Date(now.getTime() + days * DAY_MS).toISOString()
  const isTrial = state === 'trial'
  const quota: DocSpaceQuota = {
    id: isTrial ? TRIAL : BUSINESS,
    trial: isTrial,
    features: [
      count('room', 212, UNLIMITED),
      count('manager', 9, 10),
      { id: 'total_size', type: 'size', value: 2600 * GB, used: { value: 2390 * GB } },
      count('users', 140, UNLIMITED),
      count('aiagent', 18, 20),
      count('free_backup', 1, 2)
    ]
  }
  const dueDate = inDays(state === 'grace' || state === 'expired' ? -3 : 14)
  const tariff: DocSpaceTariff = { state: CODES[state], dueDate, delayDueDate: inDays(7) }
  return convert(quota, tariff, { origin: ORIGIN, upgradePath }, now)
}
