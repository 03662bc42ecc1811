// A whole service with a provider of type http: each site its own numbers, the manners of every provider, and no way inside.
import t, { type Test } from 'tap'
import { bodyOf, errorOf, startBridge } from '../../helpers/bridge.ts'
import { type ApiAnswer, type Call, startApi } from '../../helpers/http-provider.ts'
import { startManagedBridge } from '../../helpers/manage.ts'

const KEPT = { freshFor: '0s', keepFor: '0s', patience: '0s' }
const fields = { customer: { title: 'Customer' }, apiKey: { title: 'API key', secret: true } }
const mapping = (url: string) => ({
  type: 'http',
  fields,
  auth: { bearer: '{apiKey}' },
  requests: { wallet: { get: `${url}/v1/wallets/{customer}` } },
  account: '{customer}',
  plans: [{ id: 'pro', name: 'Pro' }],
  quotas: { credits: { used: { at: 'wallet#/used' }, limit: 100, names: { en: 'Credits', de: 'Guthaben' } } },
  upgradeUrl: 'https://example.com/billing?customer={customer}',
  allowPrivateHosts: true,
  ...KEPT
})

async function startSites(
  t: Test,
  answer: (call: Call) => ApiAnswer,
  change: (written: ReturnType<typeof mapping>) => object = same => same
) {
  const api = await startApi(t, answer)
  const bridge = await startManagedBridge(t, {
    providers: {
      credits: { ...change(mapping(api.url)), connection: 'per-site', connectUrl: 'https://app.example.com/connect' }
    },
    actions: { 'site-credits': { provider: 'credits' } }
  })
  const save = (site: string, connection: object, check = false) =>
    bridge.manage('PUT', `v1/connections/credits/${site}?check=${check}`, connection)
  const numbers = async (site: string) => {
    const [group] = (await bodyOf(await bridge.ask(site, 'site-credits'))).actionQuotaInfo.quotaInfo
    return [group?.quotas[0]?.currentUsage, group?.upgradeCta?.url]
  }
  return { ...bridge, api, save, numbers }
}

/** Tells each customer their own number, and nothing to another one's key. */
function wallets({ url, headers }: Call): ApiAnswer {
  const customer = url.split('/').at(-1) ?? ''
  if (headers.authorization !== `Bearer key-of-customer-${customer}`) return { status: 401 }
  return { json: { used: Number(customer) } }
}
const own = (customer: number) => ({ customer: String(customer), apiKey: `key-of-customer-${customer}` })

t.test("each site gets its own customer's numbers, also when all ask at once", async t => {
  const { save, numbers } = await startSites(t, wallets)
  const sites = Array.from({ length: 10 }, (_, index) => index)
  await Promise.all(sites.map(site => save(`site-${site}`, own(site))))
  const asked = Array.from({ length: 60 }, (_, index) => index % sites.length)
  const told = await Promise.all(asked.map(async site => [site, ...(await numbers(`site-${site}`))]))
  t.strictSame(
    told,
    asked.map(site => [site, String(site), `https://example.com/billing?customer=${site}`])
  )
})

t.test("each client's token is its own", async t => {
  const client = ({ authorization = '' }: Call['headers']) => Buffer.from(authorization.slice(6), 'base64').toString()
  const { save, numbers } = await startSites(
    t,
    call =>
      call.url === '/token'
        ? { json: { access_token: client(call.headers).split(':')[1], token_type: 'bearer', expires_in: 3600 } }
        : wallets(call),
    written => ({
      ...written,
      auth: {
        oauth2: {
          tokenUrl: written.requests.wallet.get.replace(/\/v1.*/, '/token'),
          clientId: '{customer}',
          clientSecret: '{apiKey}'
        }
      }
    })
  )
  await Promise.all([1, 2, 3].map(site => save(`site-${site}`, own(site))))
  const told = await Promise.all([1, 2, 3, 1, 2, 3].map(site => numbers(`site-${site}`)))
  t.strictSame(
    told.map(([used]) => used),
    ['1', '2', '3', '1', '2', '3']
  )
})

t.test('the fields make the form of a connection, and a secret is never shown', async t => {
  const { save, manage, ask } = await startSites(t, wallets)
  const refused = async (connection: object, check = false) => errorOf(await save('site', connection, check))
  t.match(await refused({ customer: '1' }), { status: 422, code: 'INVALID_CONNECTION', data: { field: 'apiKey' } })
  t.match(await refused({ ...own(1), more: 'x' }), { status: 422, code: 'INVALID_CONNECTION', data: { field: 'more' } })
  t.match(await refused({ ...own(1), customer: '..' }), {
    status: 422,
    code: 'INVALID_CONNECTION',
    data: { field: 'customer' }
  })
  t.match(await refused({ ...own(1), apiKey: 'a\r\nb' }), {
    status: 422,
    code: 'INVALID_CONNECTION',
    data: { field: 'apiKey' }
  })
  t.match(await refused({ ...own(1), apiKey: 'made-up' }, true), {
    status: 422,
    code: 'CONNECTION_REFUSED',
    data: { finding: 'api-key-rejected' }
  })
  t.equal((await save('site', own(1), true)).status, 201)
  const shown = await manage('GET', 'v1/connections/credits/site')
  t.match(JSON.parse(await shown.text()), { connection: { customer: '1', apiKey: '…er-1' }, health: 'ok' })
  const [group] = (await bodyOf(await ask('nobody', 'site-credits'))).actionQuotaInfo.quotaInfo
  t.match(group, {
    upgradeCta: { label: 'Connect 127.0.0.1', url: /^https:\/\/app\.example\.com\/connect\?token=[\w.-]+$/ }
  })
})

t.test("a failing API is told as every provider's, and older numbers with their age", async t => {
  let answer: ApiAnswer = { json: { used: 7 } }
  const api = await startApi(t, () => answer)
  const bridge = await startBridge(t, {
    providers: {
      credits: { ...mapping(api.url), connection: own(1), checkOnStart: false, keepFor: '1h', patience: '2s' }
    },
    actions: { credits: { provider: 'credits' } }
  })
  const first = await bridge.call('credits')
  t.match(await bodyOf(first), {
    actionQuotaInfo: {
      quotaInfo: [{ plans: [{ name: 'Pro' }], quotas: [{ featureName: 'Credits', currentUsage: '7', limit: '100' }] }]
    }
  })
  answer = { json: { used: 'words-of-the-api' } }
  const old = await bridge.call('credits')
  t.match(await bodyOf(old), {
    actionQuotaInfo: {
      quotaInfo: [{ quotas: [{ currentUsage: '7', additionalInfo: { description: /Last updated/ } }] }]
    }
  })
  t.match(bridge.log.join(''), /"value":"quotas\.credits\.used","problem":"wrong","pointer":"wallet#\/used"/)
  t.notMatch(bridge.log.join(''), /words-of-the-api/)
})

t.test('an API that limits is left alone, and one that never answered is told as such', async t => {
  const api = await startApi(t, () => ({ status: 429, headers: { 'retry-after': '30' } }))
  const bridge = await startBridge(t, {
    providers: { credits: { ...mapping(api.url), connection: own(1), checkOnStart: false } },
    actions: { credits: { provider: 'credits' } }
  })
  for (let call = 0; call < 3; call++) {
    const response = await bridge.call('credits')
    t.match(await errorOf(response), {
      status: 503,
      code: 'QUOTA_UNAVAILABLE',
      data: { finding: 'rate-limited' },
      wellFormed: true
    })
    t.match(response.headers.get('retry-after'), /^(29|30)$/)
  }
  t.equal(api.calls.length, 1)
})

t.test('a name that leads to this machine is not called, for a token neither', async t => {
  const api = await startApi(t, () => ({ json: { used: 7 } }))
  const inside = mapping('https://localhost')
  const token = { tokenUrl: 'https://localhost/token', clientId: '{customer}', clientSecret: '{apiKey}' }
  const bridge = await startBridge(t, {
    providers: {
      direct: { ...inside, allowPrivateHosts: false, connection: own(1), checkOnStart: false },
      token: {
        ...inside,
        allowPrivateHosts: false,
        requests: { wallet: { get: 'https://api.example.com/{customer}' } },
        auth: { oauth2: token },
        connection: own(1)
      }
    },
    actions: { direct: { provider: 'direct' }, token: { provider: 'token' } }
  })
  for (const action of ['direct', 'token'])
    t.match(await errorOf(await bridge.call(action)), {
      status: 502,
      code: 'PROVIDER_REJECTED',
      data: { finding: 'host-not-allowed' }
    })
  t.equal(api.calls.length, 0)
})

t.test('plans of two providers are two, also under one id', async t => {
  const api = await startApi(t, () => ({ json: { used: 7 } }))
  const bridge = await startBridge(t, {
    providers: {
      one: { ...mapping(api.url), connection: own(1), checkOnStart: false },
      two: { ...mapping(api.url), connection: own(1) }
    },
    actions: { one: { provider: 'one' }, two: { provider: 'two' } }
  })
  const idOf = async (action: string) =>
    (await bodyOf(await bridge.call(action))).actionQuotaInfo.quotaInfo[0]?.plans[0]?.id
  t.not(await idOf('one'), await idOf('two'))
  t.equal(await idOf('one'), await idOf('one'))
})
