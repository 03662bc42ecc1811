// The note that a plan may have changed: when it is set, and how a fetch is made while it lives. Pure.
import type { Mark } from '../store/knowledge.ts'
import { isMarked, type Knowledge, MARK_MS, type Question, viewOf } from './knowledge.ts'
import { planSignature } from './plan.ts'

/** An upstream's billing is asked past its cache at most this often. */
const REFRESH_EVERY_MS = 10_000

/** How a fetch is to be made, and what is known once it is under way: passing the upstream's caches by is noted. */
export function planFetch(
  knowledge: Knowledge,
  question: Question,
  now: number
): { planMayHaveChanged: boolean; after: Knowledge } {
  const renewed = !isMarked(knowledge, now) && viewOf(knowledge, question, now)?.hasRenewed === true
  const { mark } = renewed ? newMark(knowledge, now) : knowledge
  if (!mark || !isMarked({ mark }, now)) return { planMayHaveChanged: false, after: knowledge }
  const sinceMs = now - mark.refreshedAt
  // From ahead of the clock, the note is of one that was set back.
  if (sinceMs >= 0 && sinceMs < REFRESH_EVERY_MS) return { planMayHaveChanged: false, after: knowledge }
  return { planMayHaveChanged: true, after: { ...knowledge, mark: { ...mark, refreshedAt: now } } }
}

/** Notes that the plan may have changed; while a mark lives there is nothing to note. */
export function markPlan(knowledge: Knowledge, now: number): Knowledge {
  return isMarked(knowledge, now) ? knowledge : newMark(knowledge, now)
}

function newMark(knowledge: Knowledge, now: number): Knowledge & { mark: Mark } {
  const { snapshot } = knowledge
  // Half a report does not tell which plan there was.
  const isWhole = snapshot && (!snapshot.report.partial || snapshot.wholeAt !== undefined)
  const signature = isWhole ? planSignature(snapshot.report) : ''
  return { ...knowledge, mark: { until: now + MARK_MS, signature, refreshedAt: 0 } }
}
