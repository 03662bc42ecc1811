// What every provider is spared, and what every call: refusals asked for again, and waiting beyond the time.
import t, { type Test } from 'tap'
import { gently } from '../../src/providers/gentleness.ts'
import { type FetchOptions, ProviderError, type QuotaProvider } from '../../src/quota/provider.ts'

const options = { planMayHaveChanged: false }

function providerOf(fetchReport: QuotaProvider['fetchReport']): QuotaProvider {
  return { fetchReport, check: async () => ({ health: 'ok' }), upgradeUrl: () => undefined, close: async () => {} }
}

t.test('a fetch ends in time, also where nobody hears the signal', async t => {
  let aborted = false
  const provider = gently(
    providerOf((_connection, { signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      return new Promise(() => {})
    }),
    50
  )
  const started = performance.now()
  await t.rejects(provider.fetchReport({}, options), new ProviderError('PROVIDER_TIMEOUT', 'timeout'))
  t.ok(performance.now() - started < 5000)
  t.ok(aborted)
})

t.test('what was refused is not asked for again at once, for that connection alone', async t => {
  let asked = 0
  let finding = 'api-key-rejected'
  const provider = gently(
    providerOf(() => {
      asked++
      throw new ProviderError('PROVIDER_REJECTED', finding, { reason: 'HTTP 401' })
    }),
    1000
  )
  const ask = async (key: string) => {
    const failure = await provider.fetchReport({ key }, options).catch(error => error)
    t.match(failure, { code: 'PROVIDER_REJECTED', finding })
  }
  await ask('a')
  await ask('a')
  t.equal(asked, 1)
  await ask('b')
  t.equal(asked, 2)
  finding = 'answer-invalid'
  await ask('c')
  await ask('c')
  t.equal(asked, 4, 'an answer that makes no sense may make some the next time')
})

/** The clock that nobody sets back, moved by the test; in milliseconds. */
function monotonic(t: Test) {
  let at = performance.now()
  t.intercept(performance, 'now', { value: () => at })
  return (ms: number) => {
    at += ms
  }
}

t.test('a refusal is believed for half a minute, a limit for as long as it says, or for a minute', async t => {
  const pass = monotonic(t)
  const after: Record<string, [ProviderError, seconds: number]> = {
    refusal: [new ProviderError('PROVIDER_REJECTED', 'api-key-rejected'), 30],
    'limit with a time': [new ProviderError('QUOTA_UNAVAILABLE', 'rate-limited', { retryAfterSeconds: 7 }), 7],
    'limit without one': [new ProviderError('QUOTA_UNAVAILABLE', 'rate-limited', { retryAfterSeconds: 0 }), 60],
    nonsense: [new ProviderError('PROVIDER_REJECTED', 'answer-invalid'), 0],
    'a portal that is down': [new ProviderError('QUOTA_UNAVAILABLE', 'unreachable'), 0]
  }
  for (const [name, [failure, seconds]] of Object.entries(after)) {
    let asked = 0
    const provider = gently(
      providerOf(async () => {
        asked++
        throw failure
      }),
      1000
    )
    const ask = () => provider.fetchReport({}, options).catch(error => error)
    t.equal(await ask(), failure, name)
    pass(Math.max(0, seconds * 1000 - 1500))
    const again = await ask()
    t.match(again, { code: failure.code, finding: failure.finding }, name)
    if (seconds > 0) {
      t.equal(asked, 1, `${name}: not asked for again`)
      t.equal(
        again.retryAfterSeconds,
        failure.code === 'QUOTA_UNAVAILABLE' ? 2 : undefined,
        `${name}: when to come back`
      )
    }
    pass(1499)
    await ask()
    t.equal(asked, seconds > 0 ? 1 : 3, `${name}: nor a moment before its end`)
    pass(2)
    await ask()
    t.equal(asked, seconds > 0 ? 2 : 4, `${name}: asked for again`)
  }
})

t.test('a fetch hears whether a plan may have changed, and when its time is over', async t => {
  monotonic(t)
  const heard: FetchOptions[] = []
  const provider = gently(
    providerOf(async (_connection, given) => {
      heard.push(given)
      return { vocabulary: 'v', account: 'a', groups: [] }
    }),
    1000
  )
  for (const planMayHaveChanged of [true, false]) await provider.fetchReport({}, { planMayHaveChanged })
  t.match(heard, [
    { planMayHaveChanged: true, deadlineAt: performance.now() + 1000 },
    { planMayHaveChanged: false, deadlineAt: performance.now() + 1000 }
  ])
})

t.test('who makes the best of what is known when the signal comes is still heard', async t => {
  const report = { vocabulary: 'v', account: 'a', groups: [] }
  const provider = gently(
    providerOf(
      (_connection, { signal }) =>
        new Promise(resolve => signal.addEventListener('abort', () => setTimeout(() => resolve(report), 20)))
    ),
    150
  )
  t.equal(await provider.fetchReport({}, options), report)
})
