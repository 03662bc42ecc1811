// What a new report changes in what is known of a connection. Pure.
import { type Freshness, isMarked, type Knowledge, type Snapshot } from './knowledge.ts'
import { isSamePlan, planSignature, stateOverAt } from './plan.ts'
import type { QuotaGroup, QuotaReport } from './report.ts'

/**
 * What is known once a report has come. A partial one never ends a mark, and takes the place of a whole one only with
 * what it tells itself: the rest is kept from the last whole one as far as that still holds.
 */
export function learn(
  knowledge: Knowledge,
  fetched: Omit<Snapshot, 'wholeAt'>,
  { keepForMs }: Pick<Freshness, 'keepForMs'>
): Knowledge {
  const { mark } = knowledge
  if (fetched.report.partial) return { ...knowledge, snapshot: withKept(fetched, knowledge.snapshot, keepForMs) }
  if (!mark || !isMarked(knowledge, fetched.fetchedAt)) return { snapshot: fetched }
  const signature = planSignature(fetched.report)
  // A mark that was set before any plan was seen waits for a plan other than this first one.
  const before = mark.signature || signature
  return before === signature ? { snapshot: fetched, mark: { ...mark, signature } } : { snapshot: fetched }
}

function withKept(fetched: Omit<Snapshot, 'wholeAt'>, last: Snapshot | undefined, keepForMs: number): Snapshot {
  const { report, fetchedAt, fingerprint } = fetched
  if (!last || last.fingerprint !== fingerprint) return fetched
  const { wholeAt = last.report.partial ? undefined : last.fetchedAt } = last
  const holds =
    wholeAt !== undefined &&
    wholeAt <= fetchedAt &&
    fetchedAt - wholeAt < keepForMs &&
    isSamePlan(report, last.report) &&
    (report.state ?? last.report.state) === last.report.state &&
    endsOf(last.report, report).every(date => date.getTime() > fetchedAt)
  if (!holds) return fetched
  const { state, stateEndsAt } = last.report
  const groups = report.groups.map((group, index) => withDates(group, last.report.groups[index]))
  const kept = { ...report, ...(state && { state }), ...(stateEndsAt && { stateEndsAt }), groups }
  return { report: kept, fetchedAt, wholeAt, fingerprint }
}

/** When what a report tells comes to an end, but for what another tells itself. */
function endsOf(report: QuotaReport, told: QuotaReport): Date[] {
  const dates = report.groups.flatMap(({ quotas }, group) =>
    quotas.map(({ renewsAt }, quota) => (told.groups[group]?.quotas[quota]?.renewsAt ? undefined : renewsAt))
  )
  return [stateOverAt(report), ...dates].filter(date => date !== undefined)
}

/** The group with the plans, and the dates of renewal, of an earlier one with the same quotas. */
function withDates(group: QuotaGroup, earlier: QuotaGroup | undefined): QuotaGroup {
  return {
    ...group,
    plans: earlier?.plans ?? group.plans,
    quotas: group.quotas.map((quota, index) => {
      const renewsAt = quota.renewsAt ?? earlier?.quotas[index]?.renewsAt
      return { ...quota, ...(renewsAt && { renewsAt }) }
    })
  }
}
