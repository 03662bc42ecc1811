// What is known of one connection: what may be shown now, how to ask for more, what a new report changes.
// Pure: no clock, no store, no promise.
import type { Horizon, Mark } from '../store/knowledge.ts'
import { stateOverAt } from './plan.ts'
import type { QuotaReport } from './report.ts'

/** A report, when its fetch began, and with what it was fetched. */
export interface Snapshot {
  report: QuotaReport
  /** Milliseconds since 1970: what it tells is at least as new as that, but for what `wholeAt` is about. */
  fetchedAt: number
  /** From when the parts are that only a whole report tells, where they were taken over from an earlier one. */
  wholeAt?: number
  /** Of the source's settings and the connection. */
  fingerprint: string
}

export interface Knowledge {
  snapshot?: Snapshot
  /** That the plan may have changed. */
  mark?: Mark
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

/** What a call wants to know. */
export interface Question {
  fingerprint: string
  freshness: Freshness
  /** Whether it shows a feature; the others do not concern it. */
  shows: (feature: string) => boolean
}

/** What there is to show for a question. */
export interface View {
  /** Without what is known to hold no more. */
  report: QuotaReport
  /** When its oldest part was fetched, in milliseconds since 1970. */
  asOf: number
  /** How old that part is, in milliseconds. */
  ageMs: number
  /** How long it stays fresh, in milliseconds; negative when it is not. */
  freshMs: number
  /** Whether the parts that only a whole report tells are from before, and no longer fresh. */
  isMixed: boolean
  /** Whether something it would show began anew since: a quota, or the plan's state. */
  hasRenewed: boolean
  /** Whether it may be shown in the place of something newer. */
  isUsable: boolean
}

/** A plan that was bought shows within minutes; after this time nothing was bought. */
export const MARK_MS = 30 * 60_000
/** While a plan may have changed, what was told before counts as old after this time. */
const MARKED_FRESH_FOR_MS = 5000
/** Snapshots that were fetched together must not all grow old together. */
const FRESHNESS_SPREAD = 0.1
/** Clocks differ; a time from further ahead than this is of one that was set back. */
const CLOCK_TOLERANCE_MS = 60_000

export const NOTHING_KNOWN: Knowledge = {}

/** Of two the one whose report is the later; the second when neither is. */
export function later(one: Knowledge, other: Knowledge): Knowledge {
  const [a, b] = [one, other].map(({ snapshot }) => snapshot?.fetchedAt ?? Number.NEGATIVE_INFINITY)
  return Number(a) > Number(b) ? one : other
}

/** The latest times that can be true at `now`. */
export function horizonOf(now: number): Horizon {
  return { fetchedAt: now + CLOCK_TOLERANCE_MS, markUntil: now + MARK_MS + CLOCK_TOLERANCE_MS }
}

/** Whether a mark lives. */
export function isMarked({ mark }: Knowledge, now: number): boolean {
  return mark !== undefined && now < mark.until && mark.until <= horizonOf(now).markUntil
}

/** What is known for a question; undefined when nothing is, of this connection with these settings. */
export function viewOf(knowledge: Knowledge, question: Question, now: number): View | undefined {
  const { snapshot } = knowledge
  if (!snapshot || snapshot.fingerprint !== question.fingerprint || snapshot.fetchedAt > horizonOf(now).fetchedAt)
    return undefined
  const { report, fetchedAt, wholeAt = fetchedAt } = snapshot
  const { freshForMs, keepForMs } = question.freshness
  const ageMs = Math.max(0, now - wholeAt)
  const began = (date: Date | undefined) => date !== undefined && date.getTime() > fetchedAt && date.getTime() <= now
  let [shown, left] = [0, 0]
  for (const { quotas } of report.groups) {
    for (const { feature, renewsAt } of quotas) {
      if (!question.shows(feature)) continue
      shown++
      if (!began(renewsAt)) left++
    }
  }
  const hasRenewed = left < shown || began(stateOverAt(report))
  const freshFor = isMarked(knowledge, now) ? MARKED_FRESH_FOR_MS : freshForMs * spread(fetchedAt)
  return {
    report: hasRenewed ? withoutEnded(report, began) : report,
    asOf: wholeAt,
    ageMs,
    freshMs: hasRenewed ? -1 : freshFor - Math.max(0, now - fetchedAt),
    isMixed: wholeAt !== fetchedAt && ageMs >= freshForMs,
    hasRenewed,
    isUsable: ageMs < keepForMs && (left > 0 || shown === 0)
  }
}

/** Between 1 - FRESHNESS_SPREAD and 1, the same for as long as a snapshot is kept: its milliseconds are as good as chance. */
function spread(fetchedAt: number): number {
  return 1 - FRESHNESS_SPREAD * (1 - (fetchedAt % 1000) / 1000)
}

function withoutEnded(report: QuotaReport, ended: (date?: Date) => boolean): QuotaReport {
  const { state: _state, stateEndsAt: _ends, ...others } = report
  const groups = report.groups.map(group => ({
    ...group,
    quotas: group.quotas.filter(({ renewsAt }) => !ended(renewsAt))
  }))
  return { ...(ended(stateOverAt(report)) ? others : report), groups }
}
