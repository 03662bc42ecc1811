// What is sent: placeholders where they stand, credentials, requests that need each other; and what comes of failures.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { type ApiAnswer, type Call, startApi, startProvider } from '../../helpers/http-provider.ts'

const quotas = { credits: { used: { at: 'r#/used' }, limit: 10 } }
const answer = { json: { used: 7 } }
const secret = { title: 'Key', secret: true }

t.test('placeholders are encoded for where they stand', async t => {
  const api = await startApi(t, () => answer)
  const { fetch } = startProvider(t, {
    fields: { customer: { title: 'Customer' }, apiKey: secret },
    auth: { bearer: '{apiKey}' },
    headers: { 'X-Version': '2026-03-10', 'X-Who': 'id={customer}' },
    requests: {
      r: {
        post: `${api.url}/v1/{customer}/x?from={monthStart}&to={now:epoch-ms}&day={dayStart:date}&who={customer}&{{=}}`,
        body: { who: '{customer}', list: ['a {customer}', 1, null, true], at: '{minuteStart:epoch-s}' }
      }
    },
    quotas
  })
  await fetch({ customer: 'a/b?c=d&"e" ü', apiKey: 'sk-1' }).catch(() => {})
  t.equal(api.calls.length, 0, 'no header can hold what is no ASCII')
  await fetch({ customer: 'a/b?c=d&"e"', apiKey: 'sk-1' })
  const [call] = api.calls
  t.equal(call?.method, 'POST')
  t.equal(
    call?.url,
    '/v1/a%2Fb%3Fc%3Dd%26%22e%22/x?from=2026-11-01T00%3A00%3A00Z&to=1795350896789&day=2026-11-22&who=a%2Fb%3Fc%3Dd%26%22e%22&{=}'
  )
  t.strictSame(JSON.parse(call?.body ?? ''), {
    who: 'a/b?c=d&"e"',
    list: ['a a/b?c=d&"e"', 1, null, true],
    at: '1795350840'
  })
  const { authorization, 'x-version': version, 'x-who': who, 'content-type': type } = call?.headers ?? {}
  t.strictSame([authorization, version, who, type], ['Bearer sk-1', '2026-03-10', 'id=a/b?c=d&"e"', 'application/json'])
  t.notOk(call?.headers['cache-control'])
  await fetch({ customer: 'a', apiKey: 'b' }, { planMayHaveChanged: true })
  t.equal(api.calls[1]?.headers['cache-control'], 'no-cache')
})

t.test('credentials are basic, or headers of any name', async t => {
  const api = await startApi(t, () => answer)
  const requests = { r: { get: api.url } }
  const fields = { user: { title: 'User' }, key: secret }
  const connection = { user: 'ä', key: 'k:1' }
  const basic = startProvider(t, { fields, auth: { basic: { user: '{user}', password: '{key}' } }, requests, quotas })
  await basic.fetch(connection)
  t.equal(api.calls[0]?.headers.authorization, `Basic ${Buffer.from('ä:k:1').toString('base64')}`)
  const header = startProvider(t, {
    fields: { key: secret },
    auth: { header: { 'API-Key': 'v1 {key}' } },
    requests,
    quotas
  })
  await header.fetch({ key: 'k' })
  t.equal(api.calls[1]?.headers['api-key'], 'v1 k')
  t.notOk(api.calls[1]?.headers.authorization)
})

t.test('a request waits for those that it needs, and goes beside the others', async t => {
  const api = await startApi(t, ({ url }) =>
    url.startsWith('/usage') ? answer : { text: '{"data":[{"id":"sub_1","n":9007199254740993}]}' }
  )
  const { fetch } = startProvider(t, {
    requests: {
      r: { get: `${api.url}/usage/{sub#/data/0/id}?n={sub#/data/0/n}` },
      sub: { get: `${api.url}/sub` },
      other: { post: `${api.url}/other`, body: { sub: '{sub#/data/0/id}' } }
    },
    quotas
  })
  await fetch()
  t.strictSame(
    api.calls.map(({ url }) => url).sort(),
    ['/other', '/sub', '/usage/sub_1?n=9007199254740993'],
    'each once, with every digit'
  )
  t.equal(api.calls[0]?.url, '/sub')
})

t.test('without the value that it needs a request is not made, and nothing is told of its answer', async t => {
  const api = await startApi(t, () => ({ json: { data: [] } }))
  const { fetch, check, warnings } = startProvider(t, {
    requests: {
      sub: { get: `${api.url}/sub` },
      r: { get: `${api.url}/usage/{sub#/data/0/id}` },
      b: { post: `${api.url}/usage`, body: { list: ['{sub#/data/0/id}'] } }
    },
    quotas,
    empty: 'allow',
    check: 'r'
  })
  t.strictSame((await fetch()).groups, [{ plans: [], quotas: [] }])
  t.equal(api.calls.length, 1)
  t.match(warnings, [{ value: 'quotas.credits.used', problem: 'missing', pointer: 'r#/used' }])
  t.strictSame(await check(), { health: 'failing', finding: 'not-found' })
})

t.test('no value changes the path that the configuration writes', async t => {
  const api = await startApi(t, () => answer)
  const { fetch } = startProvider(t, {
    fields: { a: { title: 'A' }, b: { title: 'B' } },
    requests: { r: { get: `${api.url}/v1/{a}{b}/usage?x={b}` } },
    quotas
  })
  for (const [a = '', b = ''] of [
    ['.', '.'],
    ['', '.'],
    ['', '..']
  ])
    await t.rejects(fetch({ a, b }), { code: 'PROVIDER_REJECTED', finding: 'connection-unfit' })
  t.equal(api.calls.length, 0)
  for (const a of ['../../admin', '//evil.example', '\\..\\', '%2e%2e', '@evil.example', '#', '?', ';', '{b}']) {
    await fetch({ a, b: 'b' })
    t.match(api.calls.at(-1)?.url, /^\/v1\/[^/?#\\]+b\/usage\?x=b$/, a)
  }
})

t.test('a failure is a finding, and ends what else is under way', async t => {
  let told: ApiAnswer = {}
  const api = await startApi(t, ({ url }) => (url === '/slow' ? { hang: true } : told))
  const { fetch, check } = startProvider(t, {
    requests: { r: { get: `${api.url}/` }, slow: { get: `${api.url}/slow` } },
    quotas
  })
  const expected: [ApiAnswer, object][] = [
    [
      { status: 401, text: 'sk-secret' },
      { code: 'PROVIDER_REJECTED', finding: 'api-key-rejected' }
    ],
    [{ status: 403 }, { code: 'PROVIDER_REJECTED', finding: 'access-refused' }],
    [{ status: 404 }, { code: 'PROVIDER_REJECTED', finding: 'not-found' }],
    [{ status: 422 }, { code: 'PROVIDER_REJECTED', finding: 'request-refused', reason: 'HTTP 422' }],
    [
      { status: 302, headers: { location: 'http://127.0.0.1/' } },
      { code: 'PROVIDER_REJECTED', finding: 'redirected' }
    ],
    [
      { status: 429, headers: { 'retry-after': '9' } },
      { code: 'QUOTA_UNAVAILABLE', finding: 'rate-limited', retryAfterSeconds: 9 }
    ],
    [{ status: 500 }, { code: 'QUOTA_UNAVAILABLE', finding: 'upstream-error' }],
    [
      { text: '<html>', headers: { 'content-type': 'text/html' } },
      { code: 'PROVIDER_REJECTED', finding: 'answer-invalid' }
    ],
    [{ text: '<html>' }, { code: 'PROVIDER_REJECTED', finding: 'answer-invalid' }],
    [{ text: '{"used":' }, { code: 'PROVIDER_REJECTED', finding: 'answer-invalid' }],
    [{ text: `[${'1,'.repeat(5_000_000)}1]` }, { code: 'PROVIDER_REJECTED', finding: 'answer-too-large' }]
  ]
  for (const [answer, failure] of expected) {
    told = answer
    const started = performance.now()
    await t.rejects(fetch(), { code: 'PROVIDER_REJECTED', ...failure }, JSON.stringify(failure))
    t.ok(performance.now() - started < 3000, 'without waiting for the slow one')
    t.match(await check(), { health: 'failing' })
  }
  await t.rejects(fetch({}, { ms: 200 }), { code: 'PROVIDER_REJECTED' })
})

t.test("another schema's answer is a failure, not an empty report", async t => {
  const api = await startApi(t, () => ({ json: { hello: 'world', used: { is: 'elsewhere' } } }))
  const { fetch, check, warnings } = startProvider(t, { requests: { r: { get: api.url } }, quotas })
  await t.rejects(fetch(), { code: 'PROVIDER_REJECTED', finding: 'nothing-found' })
  t.match(warnings, [{ value: 'quotas.credits.used', problem: 'wrong', pointer: 'r#/used' }])
  t.notMatch(JSON.stringify(warnings), /world|elsewhere/)
  t.strictSame(await check(), { health: 'ok' })
})

t.test('late is late', async t => {
  const api = await startApi(t, () => ({ hang: true }))
  const { fetch } = startProvider(t, { requests: { r: { get: api.url } }, quotas })
  await t.rejects(fetch({}, { ms: 200 }), { code: 'PROVIDER_TIMEOUT', finding: 'timeout' })
})

t.test('a check asks for what proves the connection, with what that needs, and no more', async t => {
  const good = 'sk-good'
  const api = await startApi(t, ({ headers }) =>
    headers.authorization === `Bearer ${good}` ? { json: { id: 'x' } } : { status: 401 }
  )
  const { check } = startProvider(t, {
    fields: { apiKey: secret },
    auth: { bearer: '{apiKey}' },
    requests: {
      r: { get: `${api.url}/r` },
      who: { get: `${api.url}/who/{first#/id}` },
      first: { get: `${api.url}/first` }
    },
    quotas,
    check: 'who'
  })
  t.strictSame(await check({ apiKey: good }), { health: 'ok' })
  t.strictSame(
    api.calls.map(({ url }) => url),
    ['/first', '/who/x']
  )
  t.strictSame(await check({ apiKey: 'made-up' }), { health: 'failing', finding: 'api-key-rejected' })
})

t.test('a secret in a URL is warned of', async t => {
  const { warnings } = startProvider(t, {
    fields: { apiKey: secret },
    requests: { r: { get: 'http://127.0.0.1/?key={apiKey}' } },
    quotas
  })
  t.strictSame(warnings, [{ request: 'r', field: 'apiKey' }])
})

t.test('the upgrade page and the account are those of the connection', async t => {
  const api = await startApi(t, () => answer)
  const { provider, fetch } = startProvider(t, {
    fields: { customer: { title: 'Customer' } },
    requests: { r: { get: `${api.url}/{customer}` } },
    account: 'c-{customer}',
    upgradeUrl: 'https://example.com/billing?c={customer}#buy',
    quotas
  })
  const connection = { customer: 'a&b' }
  t.equal(provider.upgradeUrl(connection, 0), 'https://example.com/billing?c=a%26b#buy')
  t.match(await fetch(connection), {
    account: 'credits\nc-a&b',
    groups: [{ upgradeUrl: 'https://example.com/billing?c=a%26b#buy' }]
  })
})

/** A provider whose token endpoint and API do as they are told. */
async function startOAuth(
  t: Parameters<typeof startProvider>[0],
  options: {
    token: (count: number, call: Call) => ApiAnswer | Promise<ApiAnswer>
    oauth2?: object
    accepts?: (token: string) => boolean
  }
) {
  let given = 0
  const api = await startApi(t, call => {
    if (call.url === '/token') return options.token(++given, call)
    const token = call.headers.authorization?.slice('Bearer '.length) ?? ''
    return (options.accepts?.(token) ?? true) ? answer : { status: 401 }
  })
  const started = startProvider(t, {
    fields: { id: { title: 'Id' }, key: secret },
    auth: { oauth2: { tokenUrl: `${api.url}/token`, clientId: '{id}', clientSecret: '{key}', ...options.oauth2 } },
    requests: { r: { get: `${api.url}/r` } },
    quotas
  })
  const asked = () => api.calls.filter(({ url }) => url === '/token')
  return { ...started, api, asked, connection: { id: 'a b', key: 'k/1' } }
}
const token = (name: string, seconds?: unknown) => ({
  json: { access_token: name, token_type: 'Bearer', ...(seconds !== undefined && { expires_in: seconds }) }
})

t.test('a token is fetched once for all who need it, and kept while it holds', async t => {
  const { fetch, asked, connection, api } = await startOAuth(t, {
    async token(count) {
      await sleep(50)
      return token(`t${count}`, 3600)
    },
    oauth2: { scope: 'usage.read', audience: 'https://api.example.com' }
  })
  await Promise.all([fetch(connection), fetch(connection), fetch(connection)])
  await fetch(connection)
  t.equal(asked().length, 1)
  const [call] = asked()
  t.equal(call?.headers.authorization, `Basic ${Buffer.from('a+b:k%2F1').toString('base64')}`)
  t.equal(call?.body, 'grant_type=client_credentials&scope=usage.read&audience=https%3A%2F%2Fapi.example.com')
  t.equal(api.calls.at(-1)?.headers.authorization, 'Bearer t1')
  await fetch({ ...connection, key: 'other' })
  t.equal(asked().length, 2, "another client's token is another one")
})

t.test('a token is renewed before it ends', async t => {
  const { fetch, asked, connection } = await startOAuth(t, {
    token: count => token(`t${count}`, count === 1 ? '1' : 3600),
    oauth2: { credentials: 'body' }
  })
  await fetch(connection)
  t.equal(asked()[0]?.body, 'grant_type=client_credentials&client_id=a+b&client_secret=k%2F1')
  await sleep(920)
  await fetch(connection)
  await fetch(connection)
  t.equal(asked().length, 2)
})

t.test('a token that was revoked is fetched anew, once', async t => {
  let revoked = ''
  const { fetch, check, asked, connection } = await startOAuth(t, {
    token: count => token(`t${count}`),
    accepts: name => name !== revoked
  })
  await fetch(connection)
  revoked = 't1'
  await fetch(connection)
  t.equal(asked().length, 2)
  t.strictSame(await check(connection), { health: 'ok' })
  revoked = 't2'
  t.strictSame(await check(connection), { health: 'ok' })
  t.equal(asked().length, 3)
})

t.test('credentials that give no token, or nothing that is one, are findings', async t => {
  for (const [answer, finding] of [
    [{ status: 401, json: { error: 'invalid_client' } }, 'api-key-rejected'],
    [{ status: 400, json: { error: 'invalid_client' } }, 'api-key-rejected'],
    [{ json: { access_token: 'x', token_type: 'mac' } }, 'answer-invalid'],
    [{ json: { access_token: 'x y', token_type: 'bearer' } }, 'answer-invalid'],
    [{ json: {} }, 'answer-invalid'],
    [token('t', 3600), undefined]
  ] as const) {
    const { fetch, check, connection, asked } = await startOAuth(t, {
      token: () => answer,
      accepts: () => finding !== undefined
    })
    await t.rejects(fetch(connection), { code: 'PROVIDER_REJECTED', finding: finding ?? 'api-key-rejected' })
    t.strictSame(await check(connection), { health: 'failing', finding: finding ?? 'api-key-rejected' })
    t.equal(asked().length, 2, 'a token that is refused when new is not asked for again in the same call')
  }
})

t.test('who gives up waiting for a token is late, and the others wait on', async t => {
  const { fetch, connection, asked } = await startOAuth(t, {
    async token() {
      await sleep(400)
      return token('t', 3600)
    }
  })
  const patient = fetch(connection)
  await t.rejects(fetch(connection, { ms: 100 }), { code: 'PROVIDER_TIMEOUT', finding: 'timeout' })
  t.match(await patient, { vocabulary: 'http' })
  t.equal(asked().length, 1)
})
