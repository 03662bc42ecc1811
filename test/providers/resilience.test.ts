// How calls to one origin are made: how many at once, once more, and when not at all.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { createOriginPolicies, GIVEN_UP, isFaultOfOurs } from '../../src/providers/resilience.ts'
import { ProviderError } from '../../src/quota/provider.ts'

const ORIGIN = 'https://acme.onlyoffice.com'
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
    // The time that cockatiel reads.
    const opened = Date.now()
    t.intercept(Date, 'now', { value: () => opened + 5001 })
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

t.test('what counts against a portal is what it does, not what we do or what it refuses', async t => {
  const unavailable = (finding: string, reason?: string) =>
    new ProviderError('QUOTA_UNAVAILABLE', finding, reason === undefined ? {} : { reason })
  const outcomes: Record<string, [failure: Error, isLeftAlone: boolean]> = {
    'it cannot be reached': [unavailable('unreachable'), true],
    'it does not answer in time': [new ProviderError('PROVIDER_TIMEOUT', 'timeout'), true],
    'its gateway fails': [unavailable('upstream-error', 'HTTP 504'), true],
    'we gave up': [unavailable('unreachable', GIVEN_UP), false],
    'it refuses': [new ProviderError('PROVIDER_REJECTED', 'api-key-rejected'), false],
    'it limits us': [unavailable('rate-limited'), false],
    'we have a fault': [new TypeError('a shelf is empty'), false]
  }
  for (const [name, [failure, isLeftAlone]] of Object.entries(outcomes)) {
    const policies = createOriginPolicies()
    for (let call = 0; call < 10; call++)
      await t.rejects(
        policies.call(ORIGIN, 0, () => Promise.reject(failure), `site ${call}`),
        failure
      )
    let asked = 0
    await policies.call(ORIGIN, 0, async () => ++asked, 'another').catch(() => {})
    t.equal(asked, isLeftAlone ? 0 : 1, name)
  }
})

t.test('what was given up is not tried once more', async t => {
  let asked = 0
  const failure = new ProviderError('QUOTA_UNAVAILABLE', 'unreachable', { reason: GIVEN_UP })
  const work = () => {
    asked++
    return Promise.reject(failure)
  }
  await t.rejects(createOriginPolicies().call(ORIGIN, inASecond(), work), failure)
  t.equal(asked, 1)
})

t.test('errors that come before anything was sent are faults of ours, and so are those without a code', async t => {
  for (const code of [undefined, 'UND_ERR_INVALID_ARG', 'ERR_INVALID_CHAR', 'EMFILE'])
    t.ok(isFaultOfOurs(code), String(code))
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'UND_ERR_SOCKET', 'CERT_HAS_EXPIRED'])
    t.notOk(isFaultOfOurs(code), code)
})
