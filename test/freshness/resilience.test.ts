// Gentle with the upstream: how often, how many at once, and when not at all.
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { faultNames } from '../../src/devkit/docspace-faults.ts'
import { startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'
import { docspace as adapter } from '../../src/providers/docspace/index.ts'
import { createOriginPolicies } from '../../src/providers/resilience.ts'
import { ProviderError } from '../../src/quota/provider.ts'
import { SILENT } from '../helpers/log-sink.ts'

const ORIGIN = 'https://acme.onlyoffice.com'
setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
function heapAfterGc(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

const inASecond = () => performance.now() + 1000
const down = () => Promise.reject(new ProviderError('QUOTA_UNAVAILABLE', 'unreachable'))

t.test('what may pass is tried once more, everything else is not', async t => {
  const tries = async (error: ProviderError, deadlineAt = inASecond()) => {
    let count = 0
    const work = () => {
      count++
      return Promise.reject(error)
    }
    await t.rejects(createOriginPolicies().call(ORIGIN, deadlineAt, work), error)
    return count
  }
  t.equal(await tries(new ProviderError('QUOTA_UNAVAILABLE', 'unreachable')), 2)
  for (const status of [502, 503, 504])
    t.equal(
      await tries(new ProviderError('QUOTA_UNAVAILABLE', 'upstream-error', { reason: `HTTP ${status}` })),
      2,
      String(status)
    )
  t.equal(await tries(new ProviderError('QUOTA_UNAVAILABLE', 'upstream-error', { reason: 'HTTP 500' })), 1)
  t.equal(await tries(new ProviderError('PROVIDER_REJECTED', 'api-key-rejected')), 1)
  t.equal(await tries(new ProviderError('QUOTA_UNAVAILABLE', 'rate-limited')), 1)
  t.equal(
    await tries(new ProviderError('QUOTA_UNAVAILABLE', 'unreachable'), performance.now() + 300),
    1,
    'the deadline leaves no room'
  )
})

t.test(
  'an origin that is down is left alone, then tried by a single call; another origin is not concerned',
  async t => {
    const policies = createOriginPolicies()
    for (let call = 0; call < 10; call++) await t.rejects(policies.call(ORIGIN, 0, down))
    let asked = 0
    const ask = async () => {
      asked++
      await sleep(50)
      return 'fine'
    }
    await t.rejects(policies.call(ORIGIN, 0, ask), {
      code: 'QUOTA_UNAVAILABLE',
      reason: 'known to be down',
      retryAfterSeconds: 5
    })
    t.equal(asked, 0)
    t.equal(await policies.call('https://other.onlyoffice.com', 0, ask), 'fine')
    await sleep(5100)
    asked = 0
    const failing = async () => {
      asked++
      await sleep(50)
      throw new ProviderError('QUOTA_UNAVAILABLE', 'unreachable')
    }
    await Promise.allSettled(Array.from({ length: 5 }, () => policies.call(ORIGIN, 0, failing)))
    t.equal(asked, 1, 'a single probe')
  }
)

t.test('a fault of ours, such as a key that cannot be sent, does not keep others from the portal', async t => {
  const fake = await startFakeDocSpace()
  t.teardown(() => fake.close())
  const settings = { allowedHosts: ['127.0.0.1'], allowPrivateHosts: true, upgradePath: '/' }
  const provider = adapter.create(settings, { name: 'docspace', now: Date.now, log: SILENT })
  const ask = (apiKey: string) =>
    provider.fetchReport(
      { url: fake.url, apiKey },
      { signal: AbortSignal.timeout(2000), planMayHaveChanged: false, deadlineAt: inASecond() }
    )
  for (let call = 0; call < 30; call++) {
    const outcome = await ask('sk-\u043a\u043b\u044e\u0447\n').catch((error: Error) => error.message)
    t.notMatch(outcome, /sk-/)
  }
  await t.rejects(ask('sk-\n'), { code: 'PROVIDER_REJECTED', finding: 'api-key-rejected', reason: 'cannot be sent' })
  t.equal(fake.calls.length, 0)
  t.match(await ask(fake.portal.keys.owner), { state: 'active' })
  await provider.close()
  await t.rejects(ask(fake.portal.keys.owner), {
    code: 'QUOTA_UNAVAILABLE',
    finding: 'call-not-made',
    reason: /UND_ERR_(CLOSED|DESTROYED)/
  })
})

t.test("what is wrong with one site's key is not held against the portal", async t => {
  const policies = createOriginPolicies()
  const fails = () => Promise.reject(new ProviderError('QUOTA_UNAVAILABLE', 'upstream-error', { reason: 'HTTP 500' }))
  let asked = 0
  const works = async () => ++asked
  for (let call = 0; call < 10; call++)
    await t.rejects(policies.call(ORIGIN, 0, fails, 'one'), { code: 'QUOTA_UNAVAILABLE', reason: 'HTTP 500' })
  await t.rejects(policies.call(ORIGIN, 0, works, 'one'), { code: 'QUOTA_UNAVAILABLE', reason: 'known to be down' })
  t.equal(asked, 0, 'the key is left alone')
  t.equal(await policies.call(ORIGIN, 0, works, 'another'), 1, 'others are not concerned')
  const gone = () => Promise.reject(new ProviderError('QUOTA_UNAVAILABLE', 'upstream-error', { reason: 'HTTP 502' }))
  for (let call = 0; call < 10; call++) await t.rejects(policies.call(ORIGIN, 0, gone, `site ${call}`))
  await t.rejects(
    policies.call(ORIGIN, 0, works, 'another'),
    { code: 'QUOTA_UNAVAILABLE', reason: 'known to be down' },
    'a gateway speaks for all'
  )
})

t.test('at most 20 calls at once to one origin; of too many that wait the last ones are refused', async t => {
  const policies = createOriginPolicies()
  let underWay = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++underWay)
    await sleep(5)
    underWay--
  }
  const outcomes = await Promise.allSettled(Array.from({ length: 600 }, () => policies.call(ORIGIN, 0, work)))
  t.equal(most, 20)
  const refused = outcomes.filter(({ status }) => status === 'rejected')
  t.equal(refused.length, 80)
  t.match(refused[0], { reason: { code: 'QUOTA_UNAVAILABLE', finding: 'rate-limited' } })
})

t.test('10,000 faulty calls leave no sockets behind, and no memory', async t => {
  const fake = await startFakeDocSpace()
  t.teardown(() => fake.close())
  const settings = { allowedHosts: ['127.0.0.1'], allowPrivateHosts: true, upgradePath: '/' }
  const connection = { url: fake.url, apiKey: fake.portal.keys.owner }
  const quick = faultNames.filter(
    name => !['hang', 'slow-headers', 'byte-a-second', 'huge', 'half-body'].includes(name)
  )
  let provider = adapter.create(settings, { name: 'docspace', now: Date.now, log: SILENT })
  const round = async (calls: number) => {
    for (let call = 0; call < calls; call += 20) {
      fake.fail(quick[(call / 20) % quick.length])
      // A new breaker now and then, or most calls would not be made at all.
      if (call % 200 === 0) {
        await provider.close()
        provider = adapter.create(settings, { name: 'docspace', now: Date.now, log: SILENT })
      }
      const options = { signal: AbortSignal.timeout(2000), planMayHaveChanged: false, deadlineAt: 0 }
      await Promise.allSettled(Array.from({ length: 20 }, () => provider.fetchReport(connection, options)))
      fake.calls.length = 0
    }
  }
  await round(2000)
  const before = heapAfterGc()
  await round(10_000)
  await provider.close()
  // The signals of the last calls end by themselves.
  await sleep(2100)
  const grownMb = (heapAfterGc() - before) / 1e6
  t.ok(grownMb < 10, `the heap grew by ${grownMb.toFixed(1)} MB`)
  const sockets = process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length
  t.ok(sockets < 60, `${sockets} sockets`)
})
