// When a plan is another plan. Pure.
import type { QuotaReport } from './report.ts'

/** What makes a plan another plan: ids, quantities, state and dates; two reports with the same text have the same plan. */
export function planSignature({ state, stateEndsAt, groups }: QuotaReport): string {
  const plans = groups.map(group => group.plans.map(({ id, quantity }) => [id, quantity]))
  const due = groups.map(group => group.quotas.map(({ feature, renewsAt }) => [feature, renewsAt?.getTime()]))
  return JSON.stringify([state, stateEndsAt?.getTime(), plans, due])
}

/** When a trial or a grace period is over: its last day, in UTC, belongs to it as a whole. */
export function stateOverAt({ stateEndsAt }: QuotaReport): Date | undefined {
  return stateEndsAt && new Date(new Date(stateEndsAt).setUTCHours(24, 0, 0, 0))
}

/** The main plan and every limit are what they were: then so is, as far as can be told, what was bought beside. */
export function isSamePlan(now: QuotaReport, before: QuotaReport): boolean {
  const essence = ({ groups }: QuotaReport) =>
    JSON.stringify(
      groups.map(({ plans, quotas }) => [plans[0]?.id, quotas.map(({ feature, limit }) => [feature, limit])])
    )
  return essence(now) === essence(before)
}
