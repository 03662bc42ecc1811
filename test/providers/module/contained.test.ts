// Whatever a module's adapter does, it ends as a report that is one, or as a failure that is told, and holds no secret.
import t, { type Test } from 'tap'
import { ProviderError } from '../../../src/provider-error.ts'
import { adapterSource, configureModule } from '../../helpers/module.ts'

const KEY = 'recognisable-key'
const CONNECTION = { customer: 'cus_1', apiKey: KEY }

/** Node loads a file once: each needs a name of its own. */
let count = 0

/** An adapter with such parts, made; with what it told the log. */
function make(t: Test, parts: Record<string, string>, more: object = {}) {
  const folder = t.testdir()
  const name = `./mine-${++count}.mjs`
  const mine = configureModule(folder, name, { [name]: adapterSource(parts) }, more).providers.get('mine')
  if (!mine) throw new Error('there is no provider')
  const lines: string[] = []
  const log = { warn: (details: object, message: string) => void lines.push(JSON.stringify([details, message])) }
  const provider = mine.adapter.create(mine.settings, { name: 'mine', now: Date.now, log })
  const options = { signal: AbortSignal.timeout(2000), deadlineAt: performance.now() + 2000, planMayHaveChanged: false }
  return {
    ...{ adapter: mine.adapter, settings: mine.settings, provider, lines },
    fetch: (connection: unknown = CONNECTION) => provider.fetchReport(connection, options),
    check: (signal = AbortSignal.timeout(2000)) => provider.check(CONNECTION, { signal })
  }
}

const created = (fetchReport: string, check = 'check', upgradeUrl = '() => undefined', close = 'async () => {}') => ({
  create: `(settings, { log }) => ({ fetchReport: ${fetchReport}, check: ${check}, upgradeUrl: ${upgradeUrl}, close: ${close} })`
})

t.test('a report keeps what it says, under the name of its provider', async t => {
  const { fetch, check, provider } = make(t, {})
  const report = await fetch()
  t.match(report, {
    vocabulary: 'module',
    account: 'mine\ncus_1',
    groups: [{ quotas: [{ feature: 'credits', used: 3 }] }]
  })
  t.strictSame(await check(), { health: 'ok' })
  t.equal(provider.upgradeUrl(CONNECTION, 0), undefined)
  await provider.close()
})

t.test("it gets copies: what it changes is nobody else's", async t => {
  const connection = structuredClone(CONNECTION)
  const { fetch } = make(
    t,
    created('async given => { const said = report(given); given.customer = "another"; return said }')
  )
  await fetch(connection)
  t.strictSame(connection, CONNECTION)
})

t.test('what it throws that is no ProviderError is a fault of its own, told without its message', async t => {
  const cases = [
    `async ({ apiKey }) => { throw new TypeError(apiKey) }`,
    `({ apiKey }) => { throw Object.assign(new Error('a\\n    at ' + apiKey + ':1:1'), { code: 'EPIPE' }) }`,
    `async ({ apiKey }) => { throw apiKey }`,
    `async ({ apiKey }) => { throw Object.assign(new Error(apiKey), { name: apiKey }) }`,
    `async ({ apiKey }) => { throw new ProviderError('PROVIDER_REJECTED', 'no-such-finding', { reason: apiKey }) }`,
    `undefined`
  ]
  for (const source of cases) {
    const { fetch, lines } = make(t, created(source))
    const error = await fetch().then(
      () => undefined,
      thrown => thrown
    )
    t.match(error, { code: 'QUOTA_UNAVAILABLE', finding: 'adapter-failed' })
    t.ok(error instanceof ProviderError)
    t.match(lines.join(), /"finding":"adapter-failed","doing":"(fetchReport|create)"/)
    t.notMatch(lines.join() + JSON.stringify([error, error.stack]), KEY)
  }
  const placed = make(t, created('async () => { throw new RangeError("x") }'))
  t.match(await placed.fetch().catch(error => error), { reason: 'RangeError' })
  t.match(placed.lines.join(), /"at":"\S+mine-\d+\.mjs:\d+:\d+"/)
})

t.test('what it finds goes on in our words, with a reason that is one, and without a secret', async t => {
  const finding = (details: string) =>
    make(
      t,
      created(`async ({ apiKey }) => { throw new ProviderError('PROVIDER_REJECTED', 'not-paid', ${details}) }`)
    ).fetch()
  await t.rejects(finding('{ reason: "HTTP 402", retryAfterSeconds: 1e9 }'), {
    code: 'PROVIDER_REJECTED',
    finding: 'not-paid',
    reason: 'HTTP 402',
    retryAfterSeconds: 3600
  })
  t.match(await finding('{ reason: apiKey, retryAfterSeconds: "soon" }').catch(error => error), {
    finding: 'not-paid',
    reason: undefined
  })
  t.match(await finding('{ reason: "x".repeat(99) }').catch(error => error), { finding: 'not-paid', reason: undefined })
})

t.test('what is no report is none', async t => {
  const quota = '{ feature: "credits", unit: "count", used: 3, limit: 10 }'
  const group = (inside: string, more = '') =>
    `({ vocabulary: "", account: "", groups: [{ plans: [], quotas: [${inside}] ${more} }] })`
  const cases: Record<string, RegExp> = {
    undefined: /the report is not as its schema says/,
    '({ groups: [] })': /account is not as its schema says|vocabulary is not as its schema says/,
    [group('{ feature: "credits", unit: "count", used: NaN, limit: 10 }')]:
      /groups\.0\.quotas\.0\.used is not as its schema says/,
    [group('{ feature: "credits", unit: "count", used: -1, limit: 10 }')]: /used is not/,
    [group('{ feature: "credits", unit: "count", used: 3, limit: 10, renewsAt: "soon" }')]: /renewsAt is not/,
    '({ groups: () => 1 })': /it is nothing that can be copied/,
    '({ vocabulary: "", account: "", groups: Array.from({ length: 99 }, () => ({ plans: [], quotas: [] })) })':
      /it has too many groups/,
    [group(quota, ', upgradeUrl: "javascript:alert(1)"')]: /it has a URL that is no web address/,
    [group('{ feature: "x".repeat(9999), unit: "count", used: 3, limit: 10 }')]: /it has a text that is too long/,
    [group(quota, ', upgradeUrl: "https://example.com/?of=" + connection.apiKey')]:
      /it holds a secret of the connection/
  }
  for (const [source, expected] of Object.entries(cases)) {
    const { fetch, lines } = make(t, created(`async connection => ${source}`))
    await t.rejects(fetch(), { code: 'PROVIDER_REJECTED', finding: 'report-unusable' })
    t.match(lines.join(), expected)
    t.notMatch(lines.join(), KEY)
  }
  const more = make(t, created(`async connection => ({ ...report(connection), secret: connection.apiKey })`))
  t.notMatch(JSON.stringify(await more.fetch()), KEY, 'what no report has is dropped')
})

/** Its timer keeps the process alive, as that of a call does. */
function abortAfter(ms: number): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), ms)
  return controller.signal
}

t.test('a check is one, or a failure, and ends with its signal', async t => {
  const checked = (source: string, signal?: AbortSignal) => make(t, created('report', source)).check(signal)
  t.strictSame(
    await checked(
      'async () => ({ health: "limited", finding: "not-paid", expiresAt: "never", hidden: ["x"], more: 1 })'
    ),
    {
      health: 'limited',
      finding: 'not-paid',
      expiresAt: 'never',
      hidden: ['x']
    }
  )
  t.strictSame(await checked('async () => ({ health: "ok", expiresAt: "soon" })'), { health: 'ok' })
  const failing = { health: 'failing', finding: 'adapter-failed' }
  t.strictSame(await checked('async () => ({ health: "fine" })'), failing)
  t.strictSame(await checked('async () => ({ health: "failing", finding: "odd" })'), failing)
  t.strictSame(await checked('async ({ apiKey }) => { throw new Error(apiKey) }'), failing)
  t.strictSame(await checked('() => { throw new ProviderError("PROVIDER_REJECTED", "not-paid") }'), {
    health: 'failing',
    finding: 'not-paid'
  })
  const late = { health: 'failing', finding: 'timeout' }
  t.strictSame(await checked('() => new Promise(() => {})', abortAfter(20)), late)
  t.strictSame(await checked('() => new Promise(() => {})', AbortSignal.abort()), late)
})

t.test('where a person buys more is a web address without a secret, or nothing', async t => {
  const told = (source: string) => make(t, created('report', 'check', source)).provider.upgradeUrl(CONNECTION, 0)
  t.equal(told('({ customer }) => `https://example.com/${customer}`'), 'https://example.com/cus_1')
  t.equal(told('({ apiKey }) => `https://example.com/${apiKey}`'), undefined)
  t.equal(told('() => "javascript:1"'), undefined)
  const signs = { customer: 'cus_1', apiKey: 'recognisable key/+"' }
  for (const form of ['encodeURIComponent(apiKey)', 'btoa(apiKey)', 'JSON.stringify(apiKey).slice(1, -1)']) {
    const { provider } = make(t, created('report', 'check', `({ apiKey }) => 'https://example.com/' + ${form}`))
    t.equal(provider.upgradeUrl(signs, 0), undefined, form)
  }
  t.equal(told('() => { throw new Error("no") }'), undefined)
})

t.test('what says nothing of use of a connection, or a way to end that is none, is no fault of ours', async t => {
  const { adapter, settings, provider, lines } = make(t, {
    ...created('report', 'check', '() => undefined', 'async () => { throw new Error("no") }'),
    connectionMistakes:
      '({ apiKey, customer }) => customer === "" ? [{ path: ["customer"], message: apiKey }] : customer.missing.part',
    tidyConnection: '({ customer, apiKey }) => ({ customer: customer.trim(), apiKey: 7 })'
  })
  t.strictSame(adapter.connectionMistakes?.({ ...CONNECTION, customer: '' }, settings), [
    { path: ['customer'], message: 'is not what the adapter takes' }
  ])
  t.match(adapter.connectionMistakes?.(CONNECTION, settings), [{ path: [], message: /cannot be judged/ }])
  t.equal(adapter.tidyConnection?.(CONNECTION), CONNECTION)
  await provider.close()
  t.match(lines.join(), /"doing":"close"/)
  const tidy = make(t, { tidyConnection: '({ customer, apiKey }) => ({ customer: customer.trim(), apiKey })' })
  t.strictSame(tidy.adapter.tidyConnection?.({ ...CONNECTION, customer: ' cus_1 ' }), CONNECTION)
})

t.test('an adapter that cannot be made, or is made of nothing, fails whenever it is asked', async t => {
  for (const create of ['() => { throw new Error("no") }', '() => ({})', '() => undefined']) {
    const { fetch, check, provider, lines } = make(t, { create })
    await t.rejects(fetch(), { code: 'QUOTA_UNAVAILABLE', finding: 'adapter-failed' })
    t.strictSame(await check(), { health: 'failing', finding: 'adapter-failed' })
    t.equal(provider.upgradeUrl(CONNECTION, 0), undefined)
    await provider.close()
    t.match(lines.join(), /"doing":"create"/)
  }
})

t.test('what it tells the log is kept, unless it holds a secret', async t => {
  const { fetch, lines } = make(
    t,
    created(
      'async connection => { log.warn({ part: "plans", key: connection.apiKey }, "came late"); return report(connection) }'
    )
  )
  await fetch()
  t.strictSame(lines, ['[{"part":"plans","said":"came late"},"the adapter of a module says something"]'])
})

t.test("the adapter of no module is nobody's", async t => {
  const { module } = await import('../../../src/providers/module/index.ts')
  t.strictSame(module.features({}), { known: [], shown: [] })
  t.throws(() => module.create({}, { name: 'x', now: Date.now, log: { warn() {} } }), TypeError)
})
