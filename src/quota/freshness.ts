// The rules of freshness: what may be shown, for how long, and when a plan is another one. Pure: the clock is an argument.
import type { QuotaReport } from './report.ts'

/** A report and when its fetch began: what it tells is at least as new as that. */
export interface Snapshot {
  report: QuotaReport
  /** Milliseconds since 1970. */
  fetchedAt: number
}

/** Settings of one provider, in milliseconds. */
export interface Freshness {
  /** Younger snapshots are shown at once. */
  freshForMs: number
  /** How long a call waits for something newer than what it could show. */
  patienceMs: number
  /** The answer leaves within this time. */
  deadlineMs: number
  /** Older snapshots are never shown. */
  keepForMs: number
}

/** While a plan may have changed, what was told before counts as old after this time. */
export const CHANGING_FRESH_FOR_MS = 5000
/** Replicas' clocks differ; a snapshot from further ahead than this says nothing about its age. */
const CLOCK_TOLERANCE_MS = 60_000

/** The age of a snapshot in milliseconds; undefined when the clock was set back behind its fetch. */
export function ageMs({ fetchedAt }: Snapshot, now: number): number | undefined {
  const age = now - fetchedAt
  return age < -CLOCK_TOLERANCE_MS ? undefined : Math.max(0, age)
}

/** Whether a snapshot may be shown at all: not too old, and no quota in it began anew since. */
export function isUsable(snapshot: Snapshot, keepForMs: number, now: number): boolean {
  const age = ageMs(snapshot, now)
  return age !== undefined && age < keepForMs && !hasRenewed(snapshot, now)
}

/** Whether a renewal date in it has passed since it was fetched: the numbers before it say nothing about those after it. */
export function hasRenewed({ report, fetchedAt }: Snapshot, now: number): boolean {
  const dates = report.groups.flatMap(group => group.quotas.map(quota => quota.renewsAt?.getTime()))
  return dates.some(date => date !== undefined && date > fetchedAt && date <= now)
}

/** Whether a snapshot is shown without asking. */
export function isFresh(snapshot: Snapshot, freshForMs: number, now: number): boolean {
  const age = ageMs(snapshot, now)
  return age !== undefined && age < freshForMs
}

/** What makes a plan another plan: ids, quantities, state and dates; two reports with the same text have the same plan. */
export function planSignature({ state, stateEndsAt, groups }: QuotaReport): string {
  const plans = groups.map(group => group.plans.map(({ id, quantity }) => [id, quantity]))
  const due = groups.map(group => group.quotas.map(({ feature, renewsAt }) => [feature, renewsAt?.getTime()]))
  return JSON.stringify([state, stateEndsAt?.getTime(), plans, due])
}
