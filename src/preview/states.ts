// How a plan can stand, and the made-up report of each way: for showing what an owner would read then.
import type { PlanState, QuotaReport } from '../quota/report.ts'
import { sampleQuota } from '../quota/sample.ts'
import type { SourceSettings } from '../quota/source.ts'

/** What can be shown without asking anybody. */
export const SAMPLE_STATES = [
  'fresh',
  'older',
  'grace',
  'expired',
  'trial',
  'over-limit',
  'unlimited',
  'not-connected',
  'down'
] as const
export type SampleState = (typeof SAMPLE_STATES)[number]

const PLAN_STATES: Partial<Record<SampleState, PlanState>> = { grace: 'grace', expired: 'expired', trial: 'trial' }
const WEEK_MS = 7 * 86_400_000

/** A made-up report of what a source's adapter tells, in a state. Pure: the clock is an argument. */
export function sampleReport({ adapter, settings }: SourceSettings, sample: SampleState, now: Date): QuotaReport {
  const state = PLAN_STATES[sample] ?? 'active'
  const ends = state === 'grace' || state === 'trial' ? { stateEndsAt: new Date(now.getTime() + WEEK_MS) } : {}
  const report = adapter.sample?.(settings, state, now) ?? {
    vocabulary: adapter.type,
    account: 'sample',
    groups: [
      { plans: [{ id: 'sample' }], quotas: adapter.features(settings).known.map(feature => sampleQuota(feature)) }
    ]
  }
  const bent = sample === 'over-limit' ? overLimit : sample === 'unlimited' ? unlimited : undefined
  return {
    ...ends,
    ...report,
    state,
    ...(bent && { groups: report.groups.map(group => ({ ...group, quotas: group.quotas.map(bent) })) })
  }
}

type Quota = QuotaReport['groups'][number]['quotas'][number]

/** By a tenth of the limit, and by one at least. */
function overLimit(quota: Quota): Quota {
  const { limit } = quota
  return limit === 'unlimited' ? quota : { ...quota, used: limit + Math.max(1, Math.floor(limit / 10)) }
}

function unlimited({ limitSetByOwner: _, ...quota }: Quota): Quota {
  return { ...quota, limit: 'unlimited' }
}
