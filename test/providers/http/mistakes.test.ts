// Each mistake in a mapping is told at the start, with its path, its line and what would be right.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { type Configuration, readConfiguration } from '../../../src/config/load.ts'
import { ConfigurationError } from '../../../src/mistakes.ts'
import { adapters } from '../../../src/providers/index.ts'
import { sharedWix } from '../../helpers/bridge.ts'

const PROVIDER = `
    type: http
    connection: { customer: cus_1, apiKey: made-up-key-for-tests }
    fields:
      customer: { title: Customer id }
      apiKey: { title: API key, secret: true }
    auth: { bearer: "{apiKey}" }
    requests:
      wallet: { get: "https://api.example.com/v1/wallets?customer={customer}" }
      plan: { get: "https://api.example.com/v1/plans/{wallet#/plan}" }
    account: "{customer}"
    plans: [{ id: { at: "wallet#/plan" }, name: { at: "plan#/name" } }]
    quotas:
      credits:
        used: { at: "wallet#/used" }
        limit: { at: "wallet#/granted", unlimitedWhen: [null, -1] }
        renewsAt: { at: "wallet#/renews" }
        names: { en: Credits, de: Guthaben }
    upgradeUrl: https://example.com/billing?customer={customer}
    check: wallet
`

function read(provider: string): Configuration {
  const yaml = `wix: { appId: ${sharedWix.appId}, publicKey: ${JSON.stringify(sharedWix.publicKeyPem)} }
providers:
  credits:${provider}
actions:
  send: { provider: credits }
`
  return readConfiguration(yaml, { environment: {}, adapters })
}

/** Every mistake of the configuration with one part of it written otherwise. */
function mistakes(from: string, to: string): string[] {
  if (!PROVIDER.includes(from)) throw new Error(`not there: ${from}`)
  try {
    read(PROVIDER.replace(from, to))
    return []
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.mistakes.map(({ path, line, message }) => `${path.slice(2).join('.')} (${line}) ${message}`)
  }
}

t.test('a right mapping has none, and is an action of its quotas', async t => {
  const { providers, actions } = read(PROVIDER)
  t.strictSame(actions.get('send')?.features, ['credits'])
  t.equal(providers.get('credits')?.adapter.title, 'api.example.com')
  t.strictSame(Object.keys(providers.get('credits')?.adapter.connectionSchema.properties ?? {}), ['customer', 'apiKey'])
  t.strictSame(mistakes('    check: wallet\n', ''), [])
  t.equal(read(`\n    title: Acme Credits${PROVIDER}`).providers.get('credits')?.adapter.title, 'Acme Credits')
})

const WALLET = 'wallet: { get: "https://api.example.com/v1/wallets?customer={customer}" }'
const URL = 'https://api.example.com/v1/wallets?customer={customer}'
const USED = 'used: { at: "wallet#/used" }'
const LIMIT = 'limit: { at: "wallet#/granted", unlimitedWhen: [null, -1] }'
const AUTH = 'auth: { bearer: "{apiKey}" }'

const rows: [from: string, to: string, ...expected: (string | RegExp)[]][] = [
  // Requests and their URLs.
  ['check: wallet', 'check: walet', 'check (22) is walet, which is not a request; did you mean wallet?'],
  [WALLET, 'wallet: {}', 'requests.wallet (11) must have either get or post, the URL'],
  [
    WALLET,
    'wallet: { get: "https://api.example.com", post: "https://api.example.com" }',
    'requests.wallet (11) must have either get or post, the URL'
  ],
  [
    URL,
    'wallets?c={customer}',
    'requests.wallet.get (11) must begin with https:// and a host, which holds no placeholder'
  ],
  [
    URL,
    'https://{customer}.example.com/',
    'requests.wallet.get (11) must begin with https:// and a host, which holds no placeholder'
  ],
  [
    URL,
    'http://api.example.com/{customer}',
    'requests.wallet.get (11) must start with https:// (http:// only with allowPrivateHosts: true)'
  ],
  [URL, 'https://10.0.0.1/{customer}', 'requests.wallet.get (11) must name a host, not an IP address'],
  [
    URL,
    'https://api.example.com/../{customer}',
    'requests.wallet.get (11) has a segment of dots; write the path without it'
  ],
  [
    URL,
    'https://api.example.com/a b/{customer}',
    'requests.wallet.get (11) has a blank or a backslash; write %20 or %5C'
  ],
  [URL, 'https://api.example.com/{customer}#x', 'requests.wallet.get (11) has a fragment (#), which is never sent'],
  [
    URL,
    'https://api.example.com/{custmer}',
    'requests.wallet.get (11) has the placeholder {custmer}, which is not there; did you mean customer?'
  ],
  [
    URL,
    'https://api.example.com/{customer',
    'requests.wallet.get (11) has a single brace; write {{ or }} where a brace is meant'
  ],
  [
    URL,
    'https://api.example.com/{customer}/{now:epoch}',
    "requests.wallet.get (11) writes the clock's now as epoch; did you mean epoch-s?"
  ],
  [
    URL,
    'https://api.example.com/{customer}/{pln#/id}',
    'requests.wallet.get (11) names the request pln, which is not there; did you mean plan?'
  ],
  [
    URL,
    'https://api.example.com/{customer}/{wallet#/id}',
    /^requests\.wallet\.get \(11\) names the request wallet, which is not there/
  ],
  [
    URL,
    'https://api.example.com/{customer}/{plan#id}',
    'requests.wallet.get (11) has {plan#id}, which is no JSON Pointer: it must begin with a slash, as in /id'
  ],
  [
    URL,
    'https://api.example.com/{customer}/{plan#/a/*}',
    'requests.wallet.get (11) has {plan#/a/*}, which may be many values'
  ],
  [
    URL,
    'https://api.example.com/{customer}/{plan#/id}',
    'requests.wallet (11) is part of a cycle: each of wallet, plan waits for the answer to another of them'
  ],
  [WALLET, WALLET.replace(' }', ', body: {} }'), 'requests.wallet.body (11) goes with post'],
  [
    WALLET,
    'wallet: { post: "https://api.example.com", body: { a: ["{customer}", "{cust}"] } }',
    /^requests\.wallet\.body\.a\.1 \(11\) has the placeholder \{cust\}/
  ],
  [
    WALLET,
    'wallet: { gett: "https://api.example.com" }',
    'requests.wallet.gett (11) is not a known key; did you mean get?'
  ],
  [
    WALLET,
    `${WALLET}\n      a: { get: "https://a.example" }\n      b: { get: "https://b.example" }\n      c: { get: "https://c.example" }`,
    /^requests \(10\) is a mapping, but must be at most 4 requests/
  ],
  [
    WALLET,
    WALLET.replace('wallet', '"my wallet"'),
    /^requests\.my wallet \(11\) must be a name of letters, digits/,
    /./,
    /./,
    /./,
    /./,
    /./,
    /./
  ],
  // Lists.
  [
    WALLET,
    WALLET.replace(' }', ', list: { as: page } }'),
    /^requests\.wallet\.list\.items \(11\) is missing: a pointer to the list in each page/
  ],
  [
    WALLET,
    WALLET.replace(' }', ', list: { items: /a, as: page } }'),
    'requests.wallet.list.next (11) must be there, or nextFromLast: one of them leads to the next page'
  ],
  [
    WALLET,
    WALLET.replace(' }', ', list: { items: a, next: /*, as: page } }'),
    'requests.wallet.list.items (11) is no JSON Pointer: it must begin with a slash, as in /a',
    'requests.wallet.list.next (11) has *, but must name one value'
  ],
  [
    WALLET,
    WALLET.replace(' }', ', list: { items: /a, nextFromLast: /id, as: page } }'),
    'requests.wallet.list.nextFromLast (11) needs more, a pointer to whether there is another page',
    'requests.wallet.list.as (11) must be cursor, with nextFromLast'
  ],
  [
    WALLET,
    WALLET.replace(' }', ', list: { items: /a, next: /b, as: pages } }'),
    'requests.wallet.list.as (11) is the text "pages", but must be what leads to the next page: page, cursor, link (for example page)'
  ],
  [
    WALLET,
    'wallet: { post: "https://api.example.com/{customer}", list: { items: /a, next: /b, as: link } }',
    'requests.wallet.list.as (11) is link, which a POST cannot follow'
  ],
  [
    WALLET,
    'wallet: { post: "https://api.example.com/{customer}", list: { items: /a, next: /b, as: page } }',
    'requests.wallet.list.as (11) needs a body that is a mapping, which takes the page'
  ],
  // Values.
  [
    USED,
    'used: { at: "wallt#/used" }',
    'quotas.credits.used.at (17) names the request wallt, which is not there; did you mean wallet?'
  ],
  [USED, 'used: { at: /used }', 'quotas.credits.used.at (17) names no request; write it as wallet#/used'],
  [
    USED,
    'used: { at: "wallet#used" }',
    'quotas.credits.used.at (17) is no JSON Pointer: it must begin with a slash, as in /used'
  ],
  [
    USED,
    'used: { at: "wallet#/a~b" }',
    'quotas.credits.used.at (17) is no JSON Pointer: ~ is written ~0, and a slash inside of a key ~1'
  ],
  [
    USED,
    'used: { at: "wallet#/a/*/b" }',
    'quotas.credits.used.at (17) may be several values; say sum, count, min or max: true'
  ],
  [
    USED,
    'used: { path: "wallet#$.a[?@.b" }',
    /^quotas\.credits\.used\.path \(17\) is no JSONPath: .*\(match\(\) and search\(\) are not there\)$/
  ],
  [USED, 'used: { path: "wallet#$[?match(@.a, \'(a+)+\')]" }', /^quotas\.credits\.used\.path \(17\) is no JSONPath/],
  [USED, 'used: { path: "wallet#$[?search(@.a, \'(a+)+\')]" }', /^quotas\.credits\.used\.path \(17\) is no JSONPath/],
  [USED, 'used: { path: "wallet#$..a..b" }', /^quotas\.credits\.used\.path \(17\) searches inside of a search/],
  [
    USED,
    'used: { path: "wallet#$.a[?@.b == $.c]" }',
    /^quotas\.credits\.used\.path \(17\) searches inside of a search/
  ],
  [
    USED,
    'used: { path: "wallet#$.a", each: b }',
    'quotas.credits.used.each (17) is no JSON Pointer: it must begin with a slash, as in /b'
  ],
  [
    USED,
    'used: { at: "wallet#/a", each: /b }',
    'quotas.credits.used.each (17) goes with path alone; at can name all of it: at: wallet#/items/*/used'
  ],
  [
    USED,
    'used: { sum: true }',
    'quotas.credits.used (17) must have either at (a JSON Pointer) or path (a JSONPath), such as at: wallet#/used'
  ],
  [
    USED,
    'used: { at: "wallet#/a", path: "wallet#$.a" }',
    'quotas.credits.used (17) must have either at (a JSON Pointer) or path (a JSONPath), such as at: wallet#/used'
  ],
  [USED, 'used: 7', 'quotas.credits.used (17) must be a value of an answer, such as { at: wallet#/used }'],
  [
    USED,
    'used: { at: "wallet#/a", sum: true, max: true }',
    'quotas.credits.used.max (17) stands beside sum; one of them says what becomes of several values'
  ],
  [
    USED,
    'used: { at: "wallet#/a", sum: false }',
    'quotas.credits.used.sum (17) is false, but must be the sum of several values (for example true)'
  ],
  [
    USED,
    'used: { at: "wallet#/a", scale: 1:100 }',
    'quotas.credits.used.scale (17) must be a number above zero, or two with a slash, such as 1/100'
  ],
  ...['0', '-1', '1/0', '1/2/3', '1/-2'].map((scale): (typeof rows)[number] => [
    USED,
    `used: { at: "wallet#/a", scale: ${scale} }`,
    'quotas.credits.used.scale (17) must be a number above zero, or two with a slash, such as 1/100'
  ]),
  [
    USED,
    'used: { at: "wallet#/a", minus: { at: "walet#/b" } }',
    'quotas.credits.used.minus.at (17) names the request walet, which is not there; did you mean wallet?'
  ],
  [
    USED,
    'used: { at: "wallet#/a", plus: [1, { at: "wallet#/b", missing: omit }] }',
    'quotas.credits.used.plus.1.missing (17) stands at the whole value alone: without one of its parts there is none'
  ],
  [
    USED,
    'used: { at: "wallet#/a", minus: unlimited }',
    'quotas.credits.used.minus (17) must be a value of an answer, or a whole number'
  ],
  [
    USED,
    'used: { at: "wallet#/a", missing: unlimited, unlimitedWhen: [null] }',
    'quotas.credits.used.unlimitedWhen (17) goes with limit alone',
    'quotas.credits.used.missing (17) is unlimited, which a limit alone can be'
  ],
  [USED, 'used: { at: "wallet#/a", map: { a: unlimited } }', 'quotas.credits.used.map.a (17) must be a whole number'],
  [USED, 'used: { att: "wallet#/a" }', 'quotas.credits.used.att (17) is not a known key; did you mean at?'],
  [
    `        ${USED}\n`,
    '',
    'quotas.credits.used (16) is missing: how much is used: a value of an answer (for example {"at":"wallet#/used"})'
  ],
  [LIMIT, 'limit: many', 'quotas.credits.limit (18) must be a value of an answer, or a whole number, or unlimited'],
  [LIMIT, 'limit: 1.5', 'quotas.credits.limit (18) must be a value of an answer, or a whole number, or unlimited'],
  [LIMIT, 'limit: -1', 'quotas.credits.limit (18) must be a value of an answer, or a whole number, or unlimited'],
  [
    LIMIT,
    'limit: { at: "wallet#/plan", map: { free: lots } }',
    'quotas.credits.limit.map.free (18) must be a whole number, or unlimited'
  ],
  [
    LIMIT,
    'limit: { at: "wallet#/plan", unlimitedWhen: [[1]] }',
    'quotas.credits.limit.unlimitedWhen (18) must be a list of numbers, texts, booleans or null'
  ],
  [
    'renewsAt: { at: "wallet#/renews" }',
    'renewsAt: { clock: tomorrow }',
    /^quotas\.credits\.renewsAt\.clock \(19\) is the text "tomorrow", but must be a moment of the clock/
  ],
  [
    'renewsAt: { at: "wallet#/renews" }',
    'renewsAt: { clock: nextMonthStart, as: date }',
    'quotas.credits.renewsAt.as (19) stands beside clock, which needs nothing else'
  ],
  [
    'renewsAt: { at: "wallet#/renews" }',
    'renewsAt: { at: "wallet#/a/*" }',
    'quotas.credits.renewsAt (19) has wallet#/a/*, which may be several values; name one of them'
  ],
  [
    'renewsAt: { at: "wallet#/renews" }',
    'renewsAt: { at: "wallet#/a/*", min: true, max: true }',
    'quotas.credits.renewsAt.max (19) stands beside min; one of them says what becomes of several values'
  ],
  [
    'renewsAt: { at: "wallet#/renews" }',
    'renewsAt: soon',
    /^quotas\.credits\.renewsAt \(19\) is the text "soon", but must be a moment of an answer/
  ],
  [
    'names: { en: Credits, de: Guthaben }',
    'names: { english: Credits }',
    /^quotas\.credits\.names \(20\) is a mapping, but must be what the reader sees/
  ],
  // Plans, state, account.
  [
    '{ at: "plan#/name" }',
    '{ at: "plan#/names/*" }',
    'plans.0.name (14) has plan#/names/*, which may be several values; name one of them'
  ],
  ['{ at: "plan#/name" }', '7', /^plans\.0\.name \(14\) is 7, but must be what the reader sees/],
  [
    '{ at: "wallet#/plan" }, name',
    '{ at: "wallet#/plan", map: { a: [] } }, name',
    'plans.0.id.map.a (14) must be a text'
  ],
  [
    'account: "{customer}"',
    'account: "{apiKey}"',
    'account (13) has {apiKey}, which is secret, and must not stand in what is shown'
  ],
  ['account: "{customer}"', 'account: "{now}"', /^account \(13\) has the placeholder \{now\}, which is not there/],
  [
    'billing?customer={customer}',
    'billing?key={apiKey}',
    'upgradeUrl (21) has {apiKey}, which is secret, and must not stand in what is shown'
  ],
  [
    'https://example.com/billing?customer={customer}',
    'billing',
    'upgradeUrl (21) must begin with https:// and a host, which holds no placeholder'
  ],
  ['https://example.com/billing?customer={customer}', 'https://exa:mple/', 'upgradeUrl (21) is not a URL'],
  [
    '    check: wallet',
    '    state: { at: "wallet#/s" }',
    'state (22) needs a map, of what the API says to active, trial, grace, expired'
  ],
  [
    '    check: wallet',
    '    state: { at: "wallet#/s", map: { a: paid } }',
    'state.map.a (22) must be active, trial, grace, expired'
  ],
  // Fields and authorisation.
  [
    'customer: { title: Customer id }',
    'customer: { title: Customer id }\n      now: { title: x, secret: yes please }',
    /^fields\.now\.secret \(8\) is the text "yes please", but must be whether it is never shown or logged/
  ],
  [
    'customer: { title: Customer id }',
    'customer: { title: Customer id }\n      other: { title: x }',
    /^connection\.other \(5\) is missing: x/
  ],
  [
    'customer: { title: Customer id }',
    'customer: { title: Customer id }\n      now: { title: x }',
    /^connection\.now \(5\) is missing: x/
  ],
  [
    'connection: { customer: cus_1, apiKey: made-up-key-for-tests }\n    fields:',
    'connection: per-site\n    fields:\n      now: { title: x }',
    "fields.now (7) is the clock's name for a moment; take another one"
  ],
  [AUTH, '', 'fields.apiKey (8) is used nowhere; write {apiKey} where it belongs, or leave it out'],
  [AUTH, 'auth: {}', 'auth (9) must be one of bearer, basic, header, oauth2'],
  [AUTH, 'auth: { bearer: "{apiKey}", header: { x-key: a } }', 'auth (9) must be one of bearer, basic, header, oauth2'],
  [
    AUTH,
    'auth: { bearer: "{apikey}" }',
    'auth.bearer (9) has the placeholder {apikey}, which is not there; did you mean apiKey?'
  ],
  [
    AUTH,
    'auth: { header: { "x key": "{apiKey}" } }',
    'auth.header.x key (9) is not the name of a header that can be set here'
  ],
  [
    AUTH,
    'auth: { header: { Host: "{apiKey}" } }',
    'auth.header.Host (9) is not the name of a header that can be set here'
  ],
  [AUTH, 'auth: { header: { a: "{apiKey}" } }\n    headers: { A: b }', 'headers.A (10) is set already'],
  [
    AUTH,
    'auth: { header: { a: "ключ {apiKey}" } }',
    'auth.header.a (9) has blanks around it, or characters that no header can hold'
  ],
  [
    AUTH,
    'auth: { basic: { user: "{user}", password: "{apiKey}" } }',
    /^auth\.basic\.user \(9\) has the placeholder \{user\}, which is not there/
  ],
  [AUTH, 'auth: { basic: { user: u } }', /^auth\.basic\.password \(9\) is missing: the password/],
  [
    AUTH,
    'auth: { oauth2: { tokenUrl: "http://a.example/", clientId: "{customer}", clientSecret: "{apiKey}" } }',
    'auth.oauth2.tokenUrl (9) must start with https:// (http:// only with allowPrivateHosts: true)'
  ],
  [
    AUTH,
    `${AUTH}\n    allowedHosts: [other.example.com]`,
    /^requests\.wallet\.get \(12\) names a host that is not allowed/,
    /^requests\.plan\.get \(13\) names a host that is not allowed/
  ],
  [AUTH, `${AUTH}\n    headers: { Authorization: x }`, 'headers.Authorization (10) is set already'],
  // The shared connection.
  ['customer: cus_1', 'customer: ".."', 'connection.customer (5) must not be made of dots alone: it stands in a URL'],
  [
    'customer: cus_1',
    'customer: "a\\nb"',
    'connection.customer (5) must be text without line breaks and other control characters'
  ],
  ['customer: cus_1', 'custmer: cus_1', /./, /./],
  [
    'made-up-key-for-tests',
    'ключ',
    'connection.apiKey (5) must be letters, digits and signs of ASCII: it is sent in a header'
  ]
]

t.test('each mistake is told with its path, its line and what would be right', async t => {
  for (const [from, to, ...expected] of rows) {
    const found = mistakes(from, to)
    t.match(found, expected, to)
    t.equal(found.length, expected.length, `${to}: ${found.join('\n')}`)
    t.notMatch(found.join(), /made-up-key-for-tests|ключ/)
  }
})

t.test('blanks around the values of a connection are cut', async t => {
  const { providers } = read(PROVIDER.replace('cus_1', '" cus_1 "'))
  t.strictSame(providers.get('credits')?.shared, {
    connection: { customer: 'cus_1', apiKey: 'made-up-key-for-tests' }
  })
})

t.test('without fields nothing is asked for', async t => {
  const { providers } = read(`
    type: http
    auth: { bearer: a-key-from-the-environment }
    requests: { r: { get: "https://api.example.com/" } }
    quotas: { q: { used: { at: "r#/used" }, limit: unlimited } }
`)
  t.match(providers.get('credits'), { shared: {} })
})

t.test('every key of the vocabulary is explained', async t => {
  const page = readFileSync('docs/http-provider.md', 'utf8')
  const schemas = await import('../../../src/providers/http/schema.ts')
  const requests = await import('../../../src/providers/http/schema-requests.ts')
  const all = [
    schemas.settingsSchema,
    schemas.NumberSchema,
    schemas.TextSchema,
    schemas.MomentSchema,
    schemas.QuotaSchema
  ]
  for (const schema of [...all, requests.FieldSchema, requests.AuthSchema, requests.ListSchema, requests.RequestSchema])
    for (const key of Object.keys(schema.properties)) t.match(page, new RegExp(`\`${key}[\`:]|\\b${key}:`), key)
})
