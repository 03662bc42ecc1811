// What the log tells of outages, minute by minute, however many connections fail and however often.
import { mock } from 'node:test'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { createOutageLog } from '../../src/observe/outages.ts'
import { logSink } from '../helpers/log-sink.ts'

const failure = { code: 'QUOTA_UNAVAILABLE', finding: 'unreachable', message: 'Gone.', remedy: 'Wait.' } as const
const call = { actionKey: 'a' }
const keyOf = (instanceId: string) => ({ provider: 'p', instanceId })

function start(t: Test) {
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(() => mock.timers.reset())
  let at = Date.parse('2026-11-22T12:00:00Z')
  const { sink, lines } = logSink()
  const outages = createOutageLog(pino({ base: null, formatters: { level: level => ({ level }) } }, sink), () => at)
  return {
    outages,
    pass(ms: number) {
      at += ms
      if (ms > 0) mock.timers.tick(ms)
    },
    setBack(ms: number) {
      at -= ms
    },
    fail: (site = 'site') => outages.failed({ key: keyOf(site), call: { ...call, instanceId: site }, failure }),
    recover: (site = 'site') => outages.recovered(keyOf(site), { ...call, instanceId: site }),
    told: () =>
      lines
        .splice(0)
        .map(line => JSON.parse(line))
        .map(({ site, msg, fetches, failingForMs, failedForMs }) =>
          [site, msg.replace('the provider ', ''), fetches, failingForMs ?? failedForMs].filter(Boolean).join(' ')
        )
  }
}

t.test('what is counted is told within the minute after, also when nobody asks any more', async t => {
  const { fail, pass, told } = start(t)
  fail()
  t.strictSame(told(), ['site could not tell 1'])
  pass(1000)
  for (let more = 0; more < 500; more++) fail()
  pass(58_000)
  t.strictSame(told(), [])
  pass(11_000)
  t.strictSame(told(), ['site could not tell 500 70000'])
  pass(600_000)
  t.strictSame(told(), [], 'an outage that nobody meets is not told again')
})

t.test('each connection counts for itself', async t => {
  const { fail, told } = start(t)
  for (const site of ['one', 'two', 'one', 'two']) fail(site)
  t.strictSame(told(), ['one could not tell 1', 'two could not tell 1'])
})

t.test('the end of an outage is told once, with all its failures; one that never was ends in silence', async t => {
  const { fail, recover, pass, told } = start(t)
  recover()
  fail()
  fail()
  pass(90_000)
  fail()
  told()
  pass(5000)
  recover()
  recover()
  t.strictSame(told(), ['site tells again 3 95000'])
})

t.test('a connection that fails now and then is told of once a minute at most, and not forgotten', async t => {
  const { fail, recover, pass, told } = start(t)
  for (let second = 0; second < 30; second++) {
    fail()
    pass(500)
    recover()
    pass(500)
  }
  t.strictSame(told(), ['site could not tell 1', 'site tells again 1 500'])
  pass(40_000)
  t.strictSame(told(), ['site could not tell for a moment 29'])
  pass(600_000)
  fail()
  t.strictSame(told(), ['site could not tell 1'], 'at once again')
})

t.test('a clock that is set back silences nobody', async t => {
  const { fail, recover, setBack, told } = start(t)
  fail()
  setBack(3_600_000)
  fail()
  t.strictSame(told(), ['site could not tell 1', 'site could not tell 1'])
  recover()
  t.strictSame(told(), ['site tells again 2'], 'a time that has not passed is left out')
})

t.test('of any number of failing connections the last 10,000 are remembered', async t => {
  const { fail, told } = start(t)
  for (let site = 0; site < 30_000; site++) fail(`site-${site}`)
  t.equal(told().length, 30_000)
  for (let site = 20_000; site < 30_000; site++) fail(`site-${site}`)
  t.strictSame(told(), [], 'they are counted')
  fail('site-0')
  t.strictSame(told(), ['site-0 could not tell 1'], 'and this one was forgotten')
})

t.test('what was not told when the service stops is told then', async t => {
  const { fail, outages, told } = start(t)
  fail()
  fail()
  fail()
  told()
  outages.close()
  t.strictSame(told(), ['site could not tell 2'])
})
