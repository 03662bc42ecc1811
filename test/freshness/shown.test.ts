// Which snapshot is shown: fresh at once, an older one with its age, and none rather than a wrong one.
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { faultNames } from '../../src/devkit/docspace-faults.ts'
import { type BridgeOptions, bodyOf, errorOf, startBridge } from '../helpers/bridge.ts'
import { movableClock } from '../helpers/clock.ts'

const KEPT = { freshFor: '60s', patience: '200ms', keepFor: '24h', deadline: '800ms' }
const MINUTE = 60_000

async function start(t: Test, options: BridgeOptions = {}) {
  const clock = movableClock()
  const bridge = await startBridge(t, { scenario: 'startup', now: clock.now, docspace: KEPT, ...options })
  /** Rooms, as the answer and its headers tell them. */
  const rooms = async () => {
    const started = performance.now()
    // Wix signs by its own clock, which nobody moves against ours.
    const iat = Math.floor(clock.now() / 1000)
    const answer = await bridge.call('create-room', payload => ({ ...payload, iat, exp: iat + 3600 }))
    const elapsedMs = performance.now() - started
    if (answer.status !== 200) return { status: answer.status, elapsedMs }
    const [quota] = (await bodyOf(answer)).actionQuotaInfo.quotaInfo[0]?.quotas ?? []
    return {
      status: 200,
      used: quota?.currentUsage,
      tooltip: quota?.additionalInfo?.description ?? '',
      age: answer.headers.get('age'),
      cache: answer.headers.get('cache-status'),
      elapsedMs
    }
  }
  const hold = (used: number) => {
    const room = bridge.docspace.portal.scenario.quota.response.features?.find(({ id }) => id === 'room')
    if (room) Object.assign(room, { used: { value: used } })
  }
  return { ...bridge, clock, rooms, hold }
}

t.test('younger than freshFor it is shown at once, without asking', async t => {
  const { rooms, hold, docspace, clock } = await start(t)
  t.match(await rooms(), { used: '11', age: '0', cache: 'quota-bridge; fwd=miss; stored' })
  hold(5)
  clock.move(30_000)
  const { tooltip = '', ...told } = await rooms()
  t.match(told, { used: '11', age: '30', cache: /^quota-bridge; hit; ttl=2[3-9]$/ })
  t.notMatch(tooltip, /updated/)
  t.equal(docspace.calls.length, 2)
})

t.test('older, the provider is asked, and its answer is shown when it comes in time', async t => {
  const { rooms, hold, clock } = await start(t)
  await rooms()
  hold(5)
  clock.move(2 * MINUTE)
  t.match(await rooms(), { used: '5', age: '0', cache: 'quota-bridge; fwd=stale; stored' })
})

t.test('when it does not come in time, the last good one is shown with its age, and the fetch goes on', async t => {
  const { rooms, hold, docspace, clock } = await start(t, { docspace: { ...KEPT, deadline: '2s' } })
  await rooms()
  hold(5)
  clock.move(2 * MINUTE)
  docspace.delayMs = 700
  const late = await rooms()
  t.match(late, {
    used: '11',
    age: '120',
    cache: /^quota-bridge; hit; ttl=-6\d; detail=late$/,
    tooltip: /Last updated 12:00 UTC/
  })
  t.ok(late.elapsedMs < 600, 'after its patience, before the answer')
  await sleep(700)
  t.match(await rooms(), { used: '5' }, 'the fetch that went on was kept')
  t.equal(docspace.calls.length, 4)
})

t.test('with a usable snapshot every fault gives 200 with the age told; without one, the documented error', async t => {
  for (const fault of faultNames) {
    const { rooms, docspace, clock } = await start(t)
    await rooms()
    clock.move(2 * MINUTE)
    docspace.fail(fault)
    const told = await rooms()
    t.match(told, { status: 200, used: '11', age: '120', tooltip: /12:00 UTC/ }, fault)
    t.ok(told.elapsedMs < 900, `${fault}: in time`)
    clock.move(24 * 60 * MINUTE)
    const { status } = await rooms()
    t.ok([502, 503, 504].includes(status), `${fault}: ${status} once it is older than keepFor`)
  }
})

t.test('an upstream whose port is closed is as good as down', async t => {
  const { rooms, docspace, clock } = await start(t)
  await rooms()
  clock.move(2 * MINUTE)
  await docspace.close()
  t.match(await rooms(), { status: 200, used: '11', age: '120', cache: /detail=unavailable/ })
})

t.test('a failed fetch never makes old numbers look newer', async t => {
  const { rooms, docspace, clock } = await start(t)
  await rooms()
  docspace.fail('status-500')
  for (const minutes of [2, 4, 6]) {
    clock.move(2 * MINUTE)
    t.match(await rooms(), { age: String(minutes * 60), cache: /detail=unavailable/, tooltip: /12:00 UTC/ })
  }
  docspace.fail('bad-key')
  clock.move(MINUTE)
  t.match(await rooms(), { age: '420', cache: /detail=refused/ })
})

t.test(
  'a snapshot with a renewal date that has passed since is not shown, and the plan is asked for anew, once',
  async t => {
    const { rooms, docspace, clock } = await start(t, { scenario: 'business' })
    t.match(await rooms(), { used: '47' })
    clock.move(20 * 24 * 60 * MINUTE)
    docspace.fail('status-500')
    t.match(await rooms(), { status: 503 }, 'nothing rather than numbers of the period before')
    docspace.fail(undefined)
    docspace.calls.length = 0
    t.match(await rooms(), { used: '47' })
    t.notOk(
      docspace.calls.some(({ refresh }) => refresh),
      'the first one, which failed, had asked past the cache'
    )
  }
)

t.test('when the clock is set back behind the fetch, the age is unknown and the snapshot is not shown', async t => {
  const { rooms, hold, docspace, clock } = await start(t)
  await rooms()
  hold(5)
  clock.move(-60 * MINUTE)
  t.match(await rooms(), { used: '5', age: '0' }, 'it is fetched anew')
  clock.move(-60 * MINUTE)
  docspace.fail('hang')
  t.match(await rooms(), { status: 504 })
  clock.move(60 * MINUTE)
  docspace.fail(undefined)
  t.match(await rooms(), { used: '5' })
  clock.move(48 * 60 * MINUTE)
  hold(6)
  t.match(await rooms(), { used: '6', age: '0' }, 'and after a jump ahead')
})

t.test('a refusal is remembered for a while, a limit for as long as it says', async t => {
  const { call, docspace } = await start(t)
  docspace.fail('status-429-retry-after')
  t.match(await errorOf(await call('create-room')), { status: 503, data: { finding: 'rate-limited' } })
  docspace.fail(undefined)
  const again = await call('create-room')
  t.match(Number(again.headers.get('retry-after')), 7)
  t.equal(again.status, 503)
  t.equal(docspace.calls.length, 2)
})

t.test('the one line of an answer says what was done', async t => {
  const { rooms, log, clock } = await start(t)
  await rooms()
  clock.move(30_000)
  await rooms()
  const lines = log.map(line => JSON.parse(line)).filter(({ msg }) => msg === 'quota told')
  t.match(lines, [
    { provider: 'docspace', done: 'miss', ageMs: 0, upstreamMs: Number },
    { provider: 'docspace', done: 'hit', ageMs: 30_000 }
  ])
})
