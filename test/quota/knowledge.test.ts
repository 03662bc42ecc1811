// The rules of what is known, over generated histories: fetches that succeed, tell half or fail, marks, time that passes and jumps, other settings.
import fc from 'fast-check'
import t from 'tap'
import { type Knowledge, later, MARK_MS, NOTHING_KNOWN, type Question, viewOf } from '../../src/quota/knowledge.ts'
import { learn } from '../../src/quota/learn.ts'
import { markPlan, planFetch } from '../../src/quota/marks.ts'
import type { QuotaReport } from '../../src/quota/report.ts'

const START = Date.UTC(2026, 10, 22, 12)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const freshness = { freshForMs: MINUTE, patienceMs: 1500, deadlineMs: 2500, keepForMs: 24 * HOUR }
const questionOf = (fingerprint = 'f', shows: Question['shows'] = () => true): Question => ({
  fingerprint,
  freshness,
  shows
})

interface Upstream {
  plan: string
  used: number
  limit: number
  renewsAt: number
}

/** What an upstream tells: whole, or without its second call. */
function reportOf({ plan, used, limit, renewsAt }: Upstream, partial: boolean): QuotaReport {
  return {
    vocabulary: 'v',
    account: 'a',
    ...(partial ? { partial } : { state: 'active' as const }),
    groups: [
      {
        plans: [{ id: plan }, ...(partial ? [] : [{ id: 'extra', quantity: 100 }])],
        quotas: [
          { feature: 'room', unit: 'count', used, limit, ...(!partial && { renewsAt: new Date(renewsAt) }) },
          { feature: 'other', unit: 'count', used: 1, limit: 2 }
        ]
      }
    ]
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('fetch' as const), partial: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mark' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 40 * MINUTE }) })
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: -3 * HOUR, max: 30 * HOUR }) })
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('use' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('buy' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconfigure' as const) }) }
)

/** One history; `look` sees each moment of it. */
function live(
  steps: (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[],
  look: (moment: Moment) => void
): void {
  let now = START
  let knowledge: Knowledge = NOTHING_KNOWN
  let fingerprint = 0
  const upstream: Upstream = { plan: 'p0', used: 0, limit: 100, renewsAt: START + 3 * HOUR }
  /** What the upstream held, and from when on, by the clock that may jump. */
  const held: (Upstream & { at: number; fingerprint: number })[] = [{ ...upstream, at: now, fingerprint }]
  const refreshes: Moment['refreshes'] = []
  let ended = 0
  for (const each of steps) {
    const question = questionOf(String(fingerprint))
    if (each.do === 'pass') now += each.ms
    else if (each.do === 'mark') knowledge = markPlan(knowledge, now)
    else if (each.do === 'reconfigure') fingerprint++
    else if (each.do === 'buy') upstream.plan = `p${held.length}`
    else if (each.do === 'use') upstream.used++
    else {
      const before = knowledge
      const { planMayHaveChanged, after } = planFetch(knowledge, question, now)
      if (planMayHaveChanged) refreshes.push({ at: now, until: after.mark?.until, ended })
      knowledge = after
      if (each.do === 'fetch') {
        if (upstream.renewsAt <= now) upstream.renewsAt = now + 3 * HOUR
        const report = reportOf(upstream, each.partial)
        knowledge = learn(knowledge, { report, fetchedAt: now, fingerprint: String(fingerprint) }, freshness)
        if (after.mark && !knowledge.mark) ended++
        if (each.partial && before.mark && !knowledge.mark) throw new Error('a partial report ended a mark')
      }
    }
    held.push({ ...upstream, at: now, fingerprint })
    look({ now, knowledge, question: questionOf(String(fingerprint)), held, refreshes, fingerprint })
  }
}

interface Moment {
  now: number
  knowledge: Knowledge
  question: Question
  held: (Upstream & { at: number; fingerprint: number })[]
  /** When the caches were passed by, until when the mark lived that was the reason, and how many had ended before it. */
  refreshes: { at: number; until: number | undefined; ended: number }[]
  fingerprint: number
}

const property = (check: (moment: Moment) => void) =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), steps => live(steps, check)),
    { numRuns: 2000 }
  )

const roomOf = ({ groups }: QuotaReport) => groups[0]?.quotas.find(({ feature }) => feature === 'room')

t.test(
  'what is shown was held under these settings when its age says, and never longer ago than it may be kept',
  async t => {
    let shown = 0
    property(({ now, knowledge, question, held, fingerprint }) => {
      const view = viewOf(knowledge, question, now)
      if (!view) return
      const room = roomOf(view.report)
      const then = now - view.ageMs
      const since = (at: number) => at >= then - MINUTE && at <= now + MINUTE
      if (view.isUsable && view.ageMs >= freshness.keepForMs) throw new Error('too old')
      if (room?.renewsAt && room.renewsAt.getTime() <= now && room.renewsAt.getTime() > view.asOf)
        throw new Error('of the period before')
      if (!held.some(was => was.fingerprint === fingerprint && was.used === (room?.used ?? was.used) && since(was.at)))
        throw new Error('never held')
      const plans = view.report.groups[0]?.plans.map(({ id }) => id)
      if (!held.some(was => was.plan === plans?.[0] && since(was.at))) throw new Error('never bought')
      shown++
    })
    t.ok(shown > 1000, `${shown} times something was shown`)
  }
)

t.test('for one mark the caches are passed by at most every 10 s, and only while it lives', async t => {
  let most = 0
  property(({ refreshes }) => {
    const last = refreshes.at(-1)
    const before = refreshes.at(-2)
    most = Math.max(most, refreshes.length)
    if (!last) return
    if (last.until === undefined || last.at >= last.until) throw new Error('without a mark')
    // Back in time the note of the last one lies ahead, and counts no more.
    const isSameMark = before?.until === last.until && before?.ended === last.ended
    if (isSameMark && last.at >= Number(before?.at) && last.at - Number(before?.at) < 10_000)
      throw new Error('twice within 10 s')
  })
  t.ok(most > 2)
})

t.test('a mark lives half an hour at most, and while it lives numbers are fresh for 5 s', async t => {
  property(({ knowledge, question, now }) => {
    const { mark } = knowledge
    if (!mark || now >= mark.until || mark.until > now + MARK_MS) return
    const view = viewOf(knowledge, question, now)
    if (view && view.freshMs > 5000) throw new Error('too long fresh')
    if (markPlan(knowledge, now) !== knowledge) throw new Error('marked again')
  })
  t.pass()
})

t.test('an action is concerned by what it shows alone', async t => {
  const fetched = learn(
    NOTHING_KNOWN,
    {
      report: reportOf({ plan: 'p', used: 1, limit: 2, renewsAt: START + HOUR }, false),
      fetchedAt: START,
      fingerprint: 'f'
    },
    freshness
  )
  const at = START + 2 * HOUR
  const view = (...features: string[]) =>
    viewOf(
      fetched,
      questionOf('f', feature => features.includes(feature)),
      at
    )
  t.match(view('room'), { isUsable: false, hasRenewed: true })
  t.match(view('other'), { isUsable: true, hasRenewed: false })
  t.match(view('room', 'other'), { isUsable: true, hasRenewed: true, freshMs: -1 })
  t.match(view(), { isUsable: true, hasRenewed: false })
  const other = questionOf('f', feature => feature === 'other')
  t.strictSame(planFetch(fetched, other, at), { planMayHaveChanged: false, after: fetched })
  t.match(planFetch(fetched, questionOf(), at), {
    planMayHaveChanged: true,
    after: { mark: { until: at + MARK_MS, refreshedAt: at } }
  })
})

t.test('a state that has ended is not told, and the plan behind it is asked for anew', async t => {
  const report: QuotaReport = {
    ...reportOf({ plan: 'p', used: 1, limit: 2, renewsAt: START + 19 * HOUR }, false),
    state: 'trial',
    // At noon; the day belongs to it.
    stateEndsAt: new Date(START)
  }
  const known = learn(NOTHING_KNOWN, { report, fetchedAt: START, fingerprint: 'f' }, freshness)
  t.match(viewOf(known, questionOf(), START + 12 * HOUR - 1), { report: { state: 'trial' }, hasRenewed: false })
  const after = viewOf(known, questionOf(), START + 12 * HOUR)
  t.match(after, { hasRenewed: true, isUsable: true })
  t.notOk(after && ('state' in after.report || 'stateEndsAt' in after.report))
})

t.test('times that another clock wrote say nothing', async t => {
  const report = reportOf({ plan: 'p', used: 1, limit: 2, renewsAt: START + 9 * HOUR }, false)
  const ahead = { snapshot: { report, fetchedAt: START + 2 * MINUTE, fingerprint: 'f' } }
  t.equal(viewOf(ahead, questionOf(), START), undefined)
  t.match(viewOf(ahead, questionOf(), START + MINUTE), { ageMs: 0 }, 'within a minute clocks merely differ')
  const far = { mark: { until: START + 2 * MARK_MS, signature: '', refreshedAt: 0 } }
  t.not(markPlan(far, START), far)
  t.equal(planFetch(far, questionOf(), START).planMayHaveChanged, false)
  const back = { mark: { until: START + MARK_MS, signature: '', refreshedAt: START + HOUR } }
  t.equal(planFetch(back, questionOf(), START).planMayHaveChanged, true, 'the note of a refresh lies ahead')
})

t.test('of two the later is told, and of equals the second', async t => {
  const at = (fetchedAt: number): Knowledge => ({
    snapshot: { report: { vocabulary: 'v', account: 'a', groups: [] }, fetchedAt, fingerprint: 'f' }
  })
  const [old, young] = [at(1), at(2)]
  t.equal(later(old, young), young)
  t.equal(later(young, old), young)
  t.equal(later(NOTHING_KNOWN, old), old)
  t.equal(later(old, NOTHING_KNOWN), old)
  const twin = at(2)
  t.equal(later(young, twin), twin)
})

t.test('freshness ends a little earlier for some than for others', async t => {
  const ttl = (ms: number) => {
    const snapshot = { report: { vocabulary: 'v', account: 'a', groups: [] }, fetchedAt: START + ms, fingerprint: 'f' }
    return viewOf({ snapshot }, questionOf(), START + ms)?.freshMs
  }
  t.equal(ttl(0), 0.9 * MINUTE)
  t.ok(Number(ttl(999)) > 0.99 * MINUTE && Number(ttl(999)) <= MINUTE)
})

t.test('a mark lives for half an hour, and not a moment longer', async t => {
  const marked = markPlan(NOTHING_KNOWN, START)
  const end = START + 30 * MINUTE
  t.equal(marked.mark?.until, end)
  t.equal(planFetch(marked, questionOf(), end - 1).planMayHaveChanged, true)
  t.equal(planFetch(marked, questionOf(), end).planMayHaveChanged, false)
})

t.test('a date that had passed when it was told ends nothing', async t => {
  const report = reportOf({ plan: 'p', used: 1, limit: 2, renewsAt: START - HOUR }, false)
  const known = learn(NOTHING_KNOWN, { report, fetchedAt: START, fingerprint: 'f' }, freshness)
  const view = viewOf(known, questionOf(), START + 1000)
  t.match(view, { hasRenewed: false, isUsable: true })
  t.ok(Number(view?.freshMs) > 0)
  t.equal(planFetch(known, questionOf(), START + 1000).planMayHaveChanged, false)
})

t.test('what is as old as it may be kept is not shown any more', async t => {
  const report = reportOf({ plan: 'p', used: 1, limit: 2, renewsAt: START + 99 * HOUR }, false)
  const known = learn(NOTHING_KNOWN, { report, fetchedAt: START, fingerprint: 'f' }, freshness)
  t.match(viewOf(known, questionOf(), START + 24 * HOUR - 1), { isUsable: true })
  t.match(viewOf(known, questionOf(), START + 24 * HOUR), { isUsable: false })
  const unkept = { ...questionOf(), freshness: { ...freshness, keepForMs: 0 } }
  t.match(viewOf(known, unkept, START), { isUsable: false }, 'and where nothing may be kept, nothing is')
})

t.test('beside new numbers, kept parts tell their age once they are no longer fresh', async t => {
  const of = (partial: boolean) => reportOf({ plan: 'p', used: 1, limit: 2, renewsAt: START + 9 * HOUR }, partial)
  const whole = learn(NOTHING_KNOWN, { report: of(false), fetchedAt: START, fingerprint: 'f' }, freshness)
  const at = START + 30_000
  const mixed = learn(whole, { report: of(true), fetchedAt: at, fingerprint: 'f' }, freshness)
  t.match(viewOf(whole, questionOf(), START + 2 * MINUTE), { isMixed: false, ageMs: 2 * MINUTE })
  t.match(viewOf(mixed, questionOf(), START + MINUTE - 1), { isMixed: false, ageMs: MINUTE - 1 })
  const later = viewOf(mixed, questionOf(), START + MINUTE)
  t.match(later, { isMixed: true, ageMs: MINUTE, asOf: START })
  t.ok(Number(later?.freshMs) > 0, 'the numbers themselves are fresh')
})

t.test('when a quota begins anew, the state that goes on is still told', async t => {
  const report: QuotaReport = {
    ...reportOf({ plan: 'p', used: 1, limit: 2, renewsAt: START + HOUR }, false),
    state: 'grace',
    stateEndsAt: new Date(START + 30 * HOUR)
  }
  const known = learn(NOTHING_KNOWN, { report, fetchedAt: START, fingerprint: 'f' }, freshness)
  const view = viewOf(known, questionOf(), START + 2 * HOUR)
  t.match(view, { hasRenewed: true, report: { state: 'grace', stateEndsAt: '2026-11-23T18:00:00.000Z' } })
  t.strictSame(
    view?.report.groups[0]?.quotas.map(({ feature }) => feature),
    ['other']
  )
})
