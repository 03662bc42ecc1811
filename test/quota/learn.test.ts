// What a new report changes: marks, and what of an earlier report still holds beside one that tells only half.
import t from 'tap'
import { type Knowledge, MARK_MS, NOTHING_KNOWN, type Snapshot } from '../../src/quota/knowledge.ts'
import { learn } from '../../src/quota/learn.ts'
import { markPlan } from '../../src/quota/marks.ts'
import type { QuotaReport } from '../../src/quota/report.ts'

const START = Date.UTC(2026, 10, 22, 12)
const HOUR = 3_600_000
const KEPT = { keepForMs: 24 * HOUR }

const WHOLE: QuotaReport = {
  vocabulary: 'v',
  account: 'a',
  state: 'grace',
  stateEndsAt: new Date(START + 10 * HOUR),
  groups: [
    {
      plans: [{ id: 'p', quantity: 5 }, { id: 'extra' }],
      quotas: [
        { feature: 'room', unit: 'count', used: 1, limit: 10, renewsAt: new Date(START + 20 * HOUR) },
        { feature: 'backup', unit: 'count', used: 1, limit: 10, renewsAt: new Date(START + HOUR) }
      ]
    }
  ]
}
/** The same without the second call: it tells when backups begin anew, and nothing of the plan's dates. */
const half = (used: number, change: { plan?: string; limit?: number } = {}): QuotaReport => ({
  vocabulary: 'v',
  account: 'a',
  partial: true,
  groups: [
    {
      plans: [{ id: change.plan ?? 'p' }],
      quotas: [
        { feature: 'room', unit: 'count', used, limit: change.limit ?? 10 },
        { feature: 'backup', unit: 'count', used: 0, limit: 10, renewsAt: new Date(START + 700 * HOUR) }
      ]
    }
  ]
})
const at = (hours: number, report: QuotaReport, fingerprint = 'f'): Snapshot => ({
  report,
  fetchedAt: START + hours * HOUR,
  fingerprint
})
/** As a pattern: a Date would fit any other. */
const isoAt = (hours: number) => new Date(START + hours * HOUR).toISOString()
const whole: Knowledge = { snapshot: at(0, WHOLE) }

t.test('half a report keeps the rest of the last whole one, and says from when that is', async t => {
  const { snapshot } = learn(whole, at(2, half(7)), KEPT)
  t.match(snapshot, { fetchedAt: START + 2 * HOUR, wholeAt: START })
  t.match(snapshot?.report, {
    state: 'grace',
    stateEndsAt: isoAt(10),
    groups: [
      {
        plans: [{ id: 'p', quantity: 5 }, { id: 'extra' }],
        quotas: [
          { feature: 'room', used: 7, renewsAt: isoAt(20) },
          { feature: 'backup', used: 0, renewsAt: isoAt(700) }
        ]
      }
    ]
  })
  const again = learn({ ...(snapshot && { snapshot }) }, at(3, half(8)), KEPT)
  t.match(again.snapshot, { wholeAt: START, report: { state: 'grace', groups: [{ quotas: [{ used: 8 }] }] } })
  t.strictSame(learn(again, at(4, WHOLE), KEPT), { snapshot: at(4, WHOLE) }, 'a whole one takes the place of all')
})

t.test('it keeps nothing that may not hold any more', async t => {
  const changed: Record<string, [Knowledge, Snapshot]> = {
    'another plan': [whole, at(2, half(7, { plan: 'q' }))],
    'another limit': [whole, at(2, half(7, { limit: 20 }))],
    'other settings': [whole, at(2, half(7), 'g')],
    'a state that has ended': [whole, at(12, half(7))],
    'another state': [whole, at(2, { ...half(7), state: 'trial' })],
    'a renewal that has passed': [
      { snapshot: at(0, { ...WHOLE, stateEndsAt: new Date(START + 30 * HOUR) }) },
      at(20, half(7))
    ],
    'too old': [{ snapshot: at(-14, WHOLE) }, at(10 - 0.001, half(7))],
    'from a clock that ran ahead': [{ snapshot: at(3, WHOLE) }, at(2, half(7))],
    'nothing whole before': [{ snapshot: at(0, half(1)) }, at(2, half(7))],
    'nothing before': [NOTHING_KNOWN, at(2, half(7))]
  }
  for (const [name, [before, fetched]] of Object.entries(changed)) {
    const expected = name === 'too old' ? at(10 - 0.001, half(7)) : fetched
    if (name === 'too old') t.strictSame(learn(before, fetched, { keepForMs: 23 * HOUR }).snapshot, expected, name)
    else t.strictSame(learn(before, fetched, KEPT).snapshot, expected, name)
  }
})

t.test('a mark ends with another plan, and only then', async t => {
  const marked = markPlan(whole, START)
  const { mark } = learn(marked, at(0.1, WHOLE), KEPT)
  t.match(mark, { until: START + MARK_MS })
  const bought: QuotaReport = { ...WHOLE, groups: WHOLE.groups.map(group => ({ ...group, plans: [{ id: 'q' }] })) }
  t.notOk('mark' in learn(marked, at(0.1, bought), KEPT), 'another plan')
  const more = {
    ...WHOLE,
    groups: WHOLE.groups.map(group => ({ ...group, plans: [{ id: 'p', quantity: 6 }, { id: 'extra' }] }))
  }
  t.notOk('mark' in learn(marked, at(0.1, more), KEPT), 'more of it')
  t.notOk('mark' in learn(marked, at(0.1, { ...WHOLE, state: 'active' }), KEPT), 'another state')
  const groups = WHOLE.groups.map(({ plans, quotas }) => ({
    plans,
    quotas: quotas.map(quota => ({ ...quota, renewsAt: new Date(START + 9000 * HOUR) }))
  }))
  t.notOk('mark' in learn(marked, at(0.1, { ...WHOLE, groups }), KEPT), 'the same plan, paid for longer')
  const extended = { ...WHOLE, stateEndsAt: new Date(START + 90 * HOUR) }
  t.notOk('mark' in learn(marked, at(0.1, extended), KEPT), 'more time for the same state')
  t.ok(learn(marked, at(0.1, half(1, { plan: 'q' })), KEPT).mark, 'half a report')
  t.notOk('mark' in learn(marked, at(0.6, WHOLE), KEPT), 'it is over by itself')
})

t.test('a mark that was set before any plan was seen waits for a plan other than the first', async t => {
  const marked = markPlan(NOTHING_KNOWN, START)
  t.equal(marked.mark?.signature, '')
  t.equal(markPlan({ snapshot: at(0, half(1)) }, START).mark?.signature, '', 'half a report does not tell the plan')
  const { snapshot } = learn(whole, at(0.05, half(2)), KEPT)
  t.ok(snapshot?.wholeAt)
  t.ok(markPlan({ ...(snapshot && { snapshot }) }, START).mark?.signature, 'one with what was kept of a whole one does')
  const first = learn(marked, at(0.1, WHOLE), KEPT)
  t.ok(first.mark?.signature)
  t.ok(learn(first, at(0.2, WHOLE), KEPT).mark)
  t.notOk('mark' in learn(first, at(0.2, { ...WHOLE, state: 'active' }), KEPT))
})
