// What every provider is spared, and what every call: refusals asked for again, and waiting beyond the time.
import t from 'tap'
import { gently } from '../../src/providers/gentleness.ts'
import { ProviderError, type QuotaProvider } from '../../src/quota/provider.ts'

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
  t.ok(performance.now() - started < 1000)
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
