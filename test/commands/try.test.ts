// quota-bridge try, as a maker types it: against an API on this machine, on recorded answers, and when something is the matter.
import { writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { openStore } from '../../src/store/index.ts'
import { ENCRYPTION_KEY } from '../helpers/bridge.ts'
import { typed } from '../helpers/command-line.ts'
import { SOUND, startPortal } from '../helpers/examine.ts'
import { type ApiAnswer, startApi } from '../helpers/http-provider.ts'

const KEY = 'recognisable-key'
const NAMES = { en: 'Credits', de: 'Guthaben' }

/** A mapping with all that can be traced, of an API at that address. */
const mapping = (url: string) => ({
  type: 'http',
  connection: 'per-site',
  allowPrivateHosts: true,
  fields: { customer: { title: 'Customer', example: 'cus_1' }, apiKey: { title: 'Key', secret: true } },
  auth: { bearer: '{apiKey}' },
  headers: { 'x-version': '7', 'x-key': 'of {apiKey}' },
  requests: {
    wallet: { get: `${url}/wallets?customer={customer}`, list: { items: '/wallets', next: '/next', as: 'page' } },
    plan: { post: `${url}/plan`, body: { of: '{wallet#/wallets/0/plan}' } },
    extra: { get: `${url}/extra?id={wallet#/extra}` }
  },
  plans: [{ id: { at: 'plan#/id' }, name: { at: 'plan#/name' } }],
  state: { at: 'plan#/state', map: { on: 'active', trying: 'trial' } },
  stateEndsAt: { at: 'plan#/ends' },
  quotas: {
    credits: {
      names: NAMES,
      used: { at: 'wallet#/wallets/*/used', sum: true, minus: { at: 'plan#/free' } },
      limit: { at: 'plan#/limit', missing: 'unlimited' },
      renewsAt: { at: 'plan#/renews' }
    },
    calls: { used: { at: 'extra#/calls', missing: 'fail' }, limit: 10 }
  },
  upgradeUrl: 'https://example.com/buy?of={customer}'
})
const WALLETS: Record<string, unknown> = {
  1: { wallets: [1, 2, 3, 4].map(used => ({ id: used, used, plan: 'pro' })), next: 2 },
  2: { wallets: [5, 6].map(used => ({ id: used, used: String(used), plan: KEY })), next: null }
}
const PLAN = {
  id: 'pro',
  name: 'Pro',
  state: 'trying',
  ends: '2099-01-01T00:00:00Z',
  free: 1,
  limit: 100,
  renews: '2099-01-02T00:00:00Z',
  list: []
}

function answer(url: string, plan: object = PLAN): ApiAnswer {
  const { pathname, searchParams } = new URL(url, 'http://api')
  return { json: pathname === '/wallets' ? WALLETS[searchParams.get('page') ?? '1'] : plan }
}

function configurationIn(dir: string, providers: object, more: object = {}): string {
  const file = `${dir}/q.yaml`
  const store = { url: `file:${dir}/q.db`, encryptionKeys: [ENCRYPTION_KEY] }
  writeFileSync(file, stringify({ ...SOUND, store, providers: { ...SOUND.providers, ...providers }, ...more }))
  return file
}

/** A mapping of an API that answers so, and its trial. */
async function stage(
  t: Test,
  { plan = PLAN as object, change = (written: ReturnType<typeof mapping>): object => written } = {}
) {
  const api = await startApi(t, ({ url }) => answer(url, plan))
  const dir = t.testdir()
  const labels = { en: { credits: 'Coins' } }
  const actions = { ...SOUND.actions, send: { provider: 'credits', features: ['credits'], labels } }
  const written = mapping(api.url)
  const quotas = { credits: written.quotas.credits }
  const file = configurationIn(dir, { credits: change({ ...written, quotas } as typeof written) }, { actions })
  const attempt = (...words: string[]) =>
    typed(t, ['try', '--config', file, '--provider', 'credits', ...words], { KEY })
  return { api, dir, file, attempt }
}

const FIELDS = ['--field', 'customer=cus_1', '--field', 'apiKey=${KEY}']

t.test('each request, each value and the answer are shown, and no secret', async t => {
  const { attempt, api } = await stage(t)
  const { code, out, err } = await attempt(...FIELDS, '--language', 'de')
  t.equal(code, 0, out + err)
  t.notMatch(out + err, KEY)
  t.match(out, /^credits \(http\), asked with customer cus_1, apiKey \[secret\]\n\nRequests\n {2}✓ wallet\n/)
  t.match(
    out,
    /GET http:\S+\/wallets\?customer=cus_1\n {6}x-version: 7\n {6}x-key: of \[secret\]\n {6}authorization: Bearer \[secret\]\n|authorization: Bearer \[secret\]\n {6}x-version: 7\n {6}x-key: of \[secret\]\n/
  )
  t.match(
    out.replaceAll(/\s+/g, ' '),
    /answered in \d+ ms: \{ wallets: \[4 × \{ id: number, used: number, plan: text \}\], next: number \} /
  )
  t.match(out, / {2}✓ wallet, page 2\n.*customer=cus_1&page=2\n/)
  t.match(out, / {2}✓ plan\n {6}POST \S+\/plan\n {6}content-type: application\/json\n/)
  t.match(out, /\n {6}\{"of":"pro"\}\n/)
  t.match(out, / {2}– extra: not made, since it needs a value that is not there\n/)
  t.match(out, / {2}✓ state: trial\n {6}plan#\/state holds "trying"\n/)
  t.match(
    out,
    / {2}✓ quotas\.credits\.used: 20\n {6}wallet#\/wallets\/\*\/used holds 1, 2, 3, 4, "5" and 1 more\n {6}plan#\/free holds 1\n/
  )
  t.match(out, / {2}✓ quotas\.credits\.renewsAt: 2099-01-02T00:00:00\.000Z\n/)
  t.match(out, /What the owner reads for every quota of credits\n {4}Pro\n {4}Guthaben: 20 \/ 100\n/)
  for (const line of out.split('\n')) t.ok(line.length <= 80 || /http:/.test(line), line)
  t.equal(api.calls[0]?.headers.authorization, `Bearer ${KEY}`, 'the API was asked with the secret all the same')

  const json = await attempt(...FIELDS, '--action', 'send', '--json')
  t.notMatch(json.out, KEY)
  t.match(JSON.parse(json.out), {
    version: 1,
    provider: 'credits',
    connection: { customer: 'cus_1', apiKey: '[secret]' },
    notMade: ['extra'],
    answer: {
      action: 'send',
      language: 'en',
      answer: { actionQuotaInfo: { quotaInfo: [{ quotas: [{ featureName: 'Coins' }] }] } }
    }
  })
})

t.test('what cannot be read is told with its pointer, and is a warning', async t => {
  const { attempt } = await stage(t, {
    plan: { ...PLAN, free: 'none', limit: [1, 2], ends: undefined, renews: 'x'.repeat(70) }
  })
  const { code, out } = await attempt(...FIELDS)
  t.equal(code, 1, 'no quota is left')
  t.match(out, / {2}! stateEndsAt: left out: plan#\/ends: nothing is there, .*\n.*\n? {6}plan#\/ends holds nothing\n/)
  t.match(out, /plan#\/free holds "none"\n/)
  t.match(out, / {2}! quotas\.credits\.limit: left out: plan#\/limit: a list is there that is no\s+number/)
  t.match(out, /plan#\/limit holds \[2 × number\]\n/)
  t.match(out, /renews holds\s+"x{60}…"\n/)
  t.match(out, / {2}✗ None of the quotas can be read from the answers\. \(nothing-found\)\n {6}→ Look into/)
  const other = await stage(t, { plan: { ...PLAN, ends: undefined } })
  t.equal((await other.attempt(...FIELDS)).code, 3)
})

t.test('a call that fails, a token, and a value that must be there', async t => {
  const api = await startApi(t, ({ url }) =>
    url === '/token'
      ? { json: { access_token: 'recognisable-token', token_type: 'Bearer' } }
      : { status: url.startsWith('/extra') ? 200 : 401, json: {} }
  )
  const oauth2 = { tokenUrl: `${api.url}/token`, clientId: 'id', clientSecret: '{apiKey}' }
  const written = {
    ...mapping(api.url),
    auth: { oauth2 },
    requests: { extra: { get: `${api.url}/extra` } },
    plans: [],
    quotas: { calls: mapping('').quotas.calls }
  }
  const { state, stateEndsAt, headers, ...rest } = written
  const fields = { apiKey: written.fields.apiKey }
  const upgradeUrl = 'https://example.com'
  const file = configurationIn(t.testdir(), {
    credits: { ...rest, fields, upgradeUrl },
    refused: { ...rest, fields, upgradeUrl, requests: { extra: { get: `${api.url}/other` } } },
    unheard: { ...rest, fields, upgradeUrl, auth: { oauth2: { ...oauth2, tokenUrl: `${api.url}/other` } } }
  })
  const attempt = (name: string) => typed(t, ['try', '--config', file, '--provider', name, '--field', `apiKey=${KEY}`])
  const whole = await attempt('credits')
  t.match(whole.out, / {2}✓ token\n {6}POST \S+\/token\n {6}answered in \d+ ms: a token\n/)
  t.match(whole.out, /authorization: Bearer \[secret\]\n {6}answered in \d+ ms: \{\}\n/)
  t.match(whole.out, / {2}! quotas\.calls\.used: left out: extra#\/calls: nothing is there/)
  t.match(whole.out, /\(value-missing, quotas\.calls\.used\)\n/)
  const refused = await attempt('refused')
  t.match(refused, { code: 1, out: / {2}✗ extra\n.*no answer in \d+ ms: api-key-rejected, HTTP 401\n/s })
  t.match(
    refused.out,
    /✗ The credentials are not accepted: they are wrong or expired\.\s+\(api-key-rejected, HTTP\s+401\)\n {6}→ Give the connection new ones\.\n/
  )
  t.match((await attempt('unheard')).out, / {2}✗ token\n.*\n {6}no answer in \d+ ms: api-key-rejected, HTTP 401\n/)
  for (const { out, err } of [whole, refused]) t.notMatch(out + err, 'recognisable')
})

t.test('recorded answers need neither network nor variables nor a whole configuration', async t => {
  const written = mapping('https://api.example.com')
  const dir = t.testdir({
    recorded: {
      'wallet-1.json': JSON.stringify(WALLETS[1]),
      'wallet-2.json': JSON.stringify(WALLETS[2]),
      'plan.json': JSON.stringify(PLAN)
    },
    less: { 'wallet.json': JSON.stringify(WALLETS[2]), 'plan.json': 'no' },
    none: {}
  })
  const credits = {
    ...written,
    headers: { 'x-version': '${NOT_SET}', 'x-key': '{apiKey}' },
    quotas: { credits: written.quotas.credits }
  }
  const file = configurationIn(dir, { credits }, { wix: { appId: '${APP}' }, store: {} })
  const attempt = (folder: string) =>
    typed(t, ['try', '--config', file, '--provider', 'credits', '--recorded', `${dir}/${folder}`])
  const whole = await attempt('recorded')
  t.match(whole, { code: 0, out: /asked with customer cus_1, apiKey \[secret\]\n/ }, whole.err)
  t.match(whole.out, /customer=cus_1&page=2\n.*answered: \{ wallets: \[2 × /s)
  t.match(whole.out, /Credits: 20 \/ 100\n/)
  t.match(await attempt('less'), { code: 1, err: /less\/plan\.json is not JSON, or too much of it\.\n/ })
  t.match(await attempt('none'), {
    code: 1,
    err: /There is no .*none\/wallet\.json and no .*none\/wallet-1\.json, the answer to wallet\.\n/
  })
})

t.test("a site's stored connection, the one of all sites, and a provider that is no mapping", async t => {
  const { attempt, dir, file } = await stage(t)
  const site = '7d2a3a39-0c2b-4e1e-9d52-1f4f1e0c8a11'
  t.match(await attempt('--site', site), {
    code: 2,
    err: /There is no connection to ask with: .* Give one with --field NAME=VALUE for each of\s+customer, apiKey\./s
  })
  const store = await openStore({
    url: `file:${dir}/q.db`,
    encryptionKeys: [Buffer.from(ENCRYPTION_KEY, 'base64')],
    onLost: () => {},
    now: Date.now
  })
  await store.connections.put(
    { provider: 'credits', instanceId: site },
    { customer: 'cus_9', apiKey: KEY },
    { health: 'ok', finding: '', checkedAt: 0 },
    'ops'
  )
  await store.close()
  const stored = await attempt('--site', site.toUpperCase())
  t.match(stored, { code: 0, out: /asked with customer cus_9, apiKey \[secret\]\n/ }, stored.err)
  t.notMatch(stored.out, KEY)
  const plain = await typed(t, ['try', '--config', file, '--provider', 'newsletter'])
  t.match(plain, {
    code: 0,
    out: /^newsletter \(static\)\n\n {2}What the owner reads for every quota of newsletter\n {4}Free\n {4}Emails sent: 346 \/ 500\n/
  })
  t.match(await typed(t, ['try', '--config', file, '--provider', 'newsletter', '--field', 'a=b']), {
    code: 2,
    err: /newsletter speaks for nobody: it takes no connection, and no --field\./
  })
  t.match(await typed(t, ['try', '--config', file, '--provider', 'newsletter', '--recorded', '.']), {
    code: 2,
    err: /--recorded goes with providers of type http alone\./
  })
})

t.test('what is wrong with the command line or with that provider is told', async t => {
  const { attempt, file, dir } = await stage(t)
  const cases: [string[], RegExp][] = [
    [['--site', 'x', '--field', 'a=b'], /--site and --field do not go together\./],
    [['--field', 'customer'], /--field takes NAME=VALUE, such as customer=cus_1\./],
    [['--field', 'customer=cus_1'], /--field apiKey is missing: Key\./],
    [
      ['--field', 'customer=cus_1', '--field', `apiKey=${KEY}\nx`],
      /--field apiKey must be letters, digits and signs of ASCII|--field apiKey/
    ],
    [['--field', 'customer=${NO}'], /--field customer names the environment variable NO, which is not set/],
    [[...FIELDS, '--action', 'sent'], /credits has no action sent; did you mean send\?/]
  ]
  for (const [words, expected] of cases) {
    const { code, err } = await attempt(...words)
    t.equal(code, 2)
    t.match(err, expected)
    t.notMatch(err, KEY)
  }
  t.match(await typed(t, ['try', '--config', file]), { code: 2, err: /try needs --provider NAME\./ })
  t.match(await typed(t, ['try', '--config', file, '--provider', 'credit']), {
    code: 2,
    err: /has no provider credit; did you mean credits\?/
  })
  t.match(await typed(t, ['try', '--config', `${dir}/none.yaml`, '--provider', 'credits']), {
    code: 2,
    err: /cannot be read/
  })
  const wrong = configurationIn(t.testdir(), { credits: { type: 'http', requests: {} } }, { wix: {} })
  const told = await typed(t, ['try', '--config', wrong, '--provider', 'credits'])
  t.match(told, { code: 2, err: /providers\.credits\.quotas \(line \d+\) is missing/ })
  t.notMatch(told.err, /wix/)
})

t.test('what an adapter could do without, and what it cannot, are told', async t => {
  const { docspace, providers } = await startPortal(t)
  const file = configurationIn(t.testdir(), providers())
  const attempt = () => typed(t, ['try', '--config', file, '--provider', 'portal'])
  docspace.fail('status-500', 'tariff')
  const partly = await attempt()
  t.match(partly, { code: 3, out: /\n {2}! .*tariff.*\(/s })
  docspace.fail('status-500')
  const { code, out } = await attempt()
  t.equal(code, 1)
  t.match(out, /✗ .* \(upstream-error,\s+HTTP 500\)\n/)
  for (const secret of docspace.secrets) t.notOk((partly.out + out).includes(secret))
})
