import { writeFileSync } from 'node:fs'
import t from 'tap'
import { inspectConfiguration, loadConfiguration, readConfiguration } from '../../src/config/load.ts'
import { ConfigurationError } from '../../src/mistakes.ts'
import { adapters } from '../../src/providers/index.ts'
import { sharedWix } from '../helpers/bridge.ts'

const environment = { WIX_PUBLIC_KEY: sharedWix.publicKeyPem, DOCSPACE_API_KEY: 'sk-fake-not-a-key' }

const GOOD = `
wix:
  appId: 00000000-0000-0000-0000-000000000000
  publicKey: \${WIX_PUBLIC_KEY}
providers:
  docspace:
    type: docspace
    connection: { url: https://acme.onlyoffice.com, apiKey: "\${DOCSPACE_API_KEY}" }
actions:
  create-room: { provider: docspace, features: [room, manager] }
`

function read(yaml: string, more: NodeJS.ProcessEnv = {}) {
  return readConfiguration(yaml, { environment: { ...environment, ...more }, adapters })
}

/** The mistakes of a configuration, as `path (line): message`. */
function mistakes(yaml: string, more: NodeJS.ProcessEnv = {}): string[] {
  try {
    read(yaml, more)
    return []
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.mistakes.map(({ path, line, message }) => `${path.join('.')} (${line}): ${message}`)
  }
}

t.test('a small configuration is filled up with the defaults', async t => {
  const { wix, server, management, presentation, providers, actions } = read(GOOD)
  t.equal(wix.allowUnsigned, false)
  t.equal(wix.publicKeys.length, 1)
  t.strictSame(server, {
    host: '0.0.0.0',
    port: 8080,
    basePath: '/',
    maxConcurrentCalls: 2000,
    workers: 1,
    drain: '0s',
    grace: '10s'
  })
  t.equal(management, undefined)
  t.strictSame(presentation, { sizes: 'in-name', language: 'en' })
  t.match(providers.get('docspace'), {
    freshness: { deadlineMs: 2500, patienceMs: 1500, freshForMs: 60_000, keepForMs: 86_400_000 },
    settings: {
      allowedHosts: ['*.onlyoffice.com'],
      allowPrivateHosts: false,
      upgradePath: '/portal-settings/payments/portal-payments'
    }
  })
  t.match(actions.get('create-room'), { provider: 'docspace', features: ['room', 'manager'], enforced: true })
})

t.test("an action without features shows the adapter's usual ones", async t => {
  t.strictSame(read(GOOD.replace(', features: [room, manager]', '')).actions.get('create-room')?.features, [
    'room',
    'manager',
    'total_size'
  ])
})

t.test('PORT and MANAGEMENT_PORT override the ports', async t => {
  const managed = `${GOOD}management: { token: a-token-of-16-chars }\n`
  const { server, management } = read(managed, { PORT: '0', MANAGEMENT_PORT: '9' })
  t.equal(server.port, 0)
  t.equal(management?.port, 9)
  t.equal(read(GOOD, { MANAGEMENT_PORT: '9' }).management, undefined, 'which turns nothing on')
  t.match(mistakes(GOOD, { PORT: 'http' }), [
    /^server\.port .*is overridden by the environment variable PORT, which is the text "http", but must be a whole number from 0 to 65535; correct it/
  ])
})

t.test('placeholders are replaced after parsing, from the environment and from files', async t => {
  const file = `${t.testdir({ key: `${sharedWix.publicKeyPem}` })}/key`
  const { wix } = read(GOOD.replace('${WIX_PUBLIC_KEY}', `\${file:${file}}`))
  t.equal(wix.publicKeys.length, 1)
  const name = 'a: b # "c\'\n- d ${HOME}'
  const labels = 'features: [room, manager], labels: { en: { room: "${NAME_OF_OURS}" } }'
  const { actions } = read(GOOD.replace('features: [room, manager]', labels), { NAME_OF_OURS: name })
  t.equal(actions.get('create-room')?.labels.get('en')?.get('room'), name, 'no value can change the document')
})

t.test('an API key that cannot stand in a header is a mistake, and blanks at its ends are cut', async t => {
  const keyOf = (DOCSPACE_API_KEY: string) =>
    read(GOOD, { DOCSPACE_API_KEY }).providers.get('docspace')?.shared?.connection
  t.match(keyOf(' sk-fake-not-a-key\r\n\n'), { apiKey: /^sk-fake-not-a-key$/ })
  for (const key of ['sk-fake\nnot-a-key', 'sk-\u043a\u043b\u044e\u0447', '  ']) {
    t.match(mistakes(GOOD, { DOCSPACE_API_KEY: key }), [
      /^providers\.docspace\.connection\.apiKey \(\d+\): must be an API key as DocSpace shows it/
    ])
  }
})

t.test('what cannot be replaced is told', async t => {
  t.strictSame(mistakes(GOOD.replace('${WIX_PUBLIC_KEY}', '${NO_SUCH}')), [
    'wix.publicKey (4): names the environment variable NO_SUCH, which is not set; set it, or write the value here'
  ])
  t.match(mistakes(GOOD.replace('${WIX_PUBLIC_KEY}', '${file:/no/such}')), [
    /publicKey \(4\): names the file \/no\/such, which cannot be read/
  ])
})

t.test('every mistake is told at once, each with its path, its line, and what would be right', async t => {
  const found = mistakes(`
wix:
  appid: x
  publicKey: hello
server: { port: 80800, basePath: quota }
managment: {}
providers:
  docspace:
    type: docspace
    deadlin: 2s
    connection: { url: http://acme.example, apiKey: "" }
  other:
    type: docspce
  newsletter:
    type: static
    groups: []
  ghost: 5
actions:
  a: { provider: docspac, features: [] }
  b: { provider: nowhere, enforced: maybe }
  c: { provider: 7 }
  d: { provider: nowhere }
`)
  const expected = [
    'wix.appid (3): is not a known key; did you mean appId?',
    "wix.appId (2): is missing: the app's id, a GUID, which every signed call must name (for example 00000000-0000-0000-0000-000000000000)",
    'wix.publicKey (4): is not a readable public key; copy it whole, from -----BEGIN to -----END-----',
    'server.port (5): is 80800, but must be a whole number from 0 to 65535: its port; 0 picks a free one; the environment variable PORT overrides it (for example 8080)',
    'server.basePath (5): is the text "quota", but must be a path that begins with /: the path of the actions\' base URI, in front of v1/quota-info (for example /quota/)',
    'managment (6): is not a known key; did you mean management?',
    'providers.docspace.deadlin (10): is not a known key; did you mean deadline?',
    'providers.docspace.connection.apiKey (11): is not usable, but must be an API key of an admin or the owner of the portal, with the scope * or *:read (for example ${DOCSPACE_API_KEY})',
    'providers.other.type (13): is docspce, a type that is not known; did you mean docspace?',
    'providers.newsletter.groups (16): is an empty list, but must be a list of one or more: plans and quotas that belong together',
    'providers.ghost (17): is 5, but must be a mapping with the key type',
    'actions.a.features (19): is an empty list, but must be a list of one or more: which quotas, in which order; \'*\' stands for all others; the provider\'s usual ones when left out (for example ["room","manager"])',
    'actions.b.enforced (20): is the text "maybe", but must be true or false: whether Wix shows anything for this action (for example false)',
    'actions.c.provider (21): is 7, but must be a name from providers: (for example newsletter), in quotes',
    'actions.d.provider (22): is nowhere, which stands nowhere under providers:; known here: docspace, other, newsletter, ghost'
  ]
  t.strictSame(found.sort(), expected.sort())
})

t.test('an unknown feature is told with the nearest, or with all', async t => {
  t.match(mistakes(GOOD.replace('manager]', 'rooms]')), [
    /actions\.create-room\.features\.1 \(10\): is rooms, which is not a feature of docspace; did you mean room\?/
  ])
  t.match(mistakes(GOOD.replace('manager]', 'file_size]')), [
    /known here: room, manager, total_size, users, aiagent, free_backup/
  ])
  t.match(mistakes(GOOD.replace('manager] }', 'manager], labels: { en: { roms: Rooms } } }')), [
    /labels\.en\.roms \(10\).*did you mean room/
  ])
  t.strictSame(mistakes(GOOD.replace('manager] }', '"*"], labels: { en: { seats: Seats } } }')), [])
})

t.test('own wordings are checked: the language, the name or message, and how a message is written', async t => {
  const withLabels = (labels: string, features = '[room]') =>
    mistakes(GOOD.replace('[room, manager]', `${features}, labels: ${labels}`))
  t.strictSame(
    withLabels('{ de: { room: "{Räume}", button.upgrade: Mehr, tooltip.over-limit: "{used} > {limit}" }, pt-BR: {} }'),
    []
  )
  t.strictSame(withLabels('{ de-AT: {}, no: {}, dee: {}, klingon: {} }').slice(0, 3), [
    'actions.create-room.labels.de-AT (10): is not a language of the answers; did you mean de?',
    'actions.create-room.labels.no (10): is not a language of the answers; did you mean nb?',
    'actions.create-room.labels.dee (10): is not a language of the answers; did you mean de?'
  ])
  t.match(withLabels('{ klingon: {} }'), [/known here: ar, bg, cs, da, de, el, en/])
  for (const features of ['[room]', '["*"]']) {
    t.strictSame(withLabels('{ de: { buton.upgrade: Mehr } }', features), [
      'actions.create-room.labels.de.buton.upgrade (10): is buton.upgrade, which is not a feature of docspace and not a message; did you mean button.upgrade?'
    ])
  }
  t.match(withLabels('{ de: { tooltip.trial-ends: "Ende {datum}" } }'), [
    /labels\.de\.tooltip\.trial-ends \(10\): has the placeholder \{datum\}, but this message has \{date\}/
  ])
  t.match(withLabels('{ de: { button.renew: "Neu {" } }'), [/button\.renew \(10\): is not an ICU message/])
})

t.test('the default language is one of those there are', async t => {
  const withLanguage = (language: string) => `${GOOD}presentation: { language: ${language} }\n`
  t.equal(read(withLanguage('zh-Hant')).presentation.language, 'zh-Hant')
  t.match(mistakes(withLanguage('klingon')), [
    /presentation\.language \(11\): is the text "klingon", but must be a language of the answers; known here: ar, bg, .*, zh-Hant$/
  ])
})

t.test('a host that is not allowed is told', async t => {
  t.match(mistakes(GOOD.replace('acme.onlyoffice.com', 'docs.example.com')), [
    /connection\.url \(8\): names a host that is not allowed; add it to this provider's allowedHosts/
  ])
})

t.test('a deadline that makes no sense is told', async t => {
  for (const deadline of ['10ms', '6s', '1d']) {
    t.match(mistakes(GOOD.replace('type: docspace', `type: docspace\n    deadline: ${deadline}`)), [
      /deadline \(8\): is .*between 400ms and 5s/
    ])
  }
  t.match(mistakes(GOOD.replace('type: docspace', 'type: docspace\n    deadline: 2.5s')), [
    /a number with ms, s, m, h or d \(for example 2500ms\)/
  ])
})

t.test('a static provider with a bad name, date, number or limit is told', async t => {
  const withQuota = (quota: string, name = 'A') =>
    mistakes(
      GOOD.replace(
        'actions:',
        `  s:\n    type: static\n    groups: [{ plans: [], quotas: [{ feature: a, name: ${name}, ${quota} }] }]\nactions:`
      )
    )
  const withNames = (names: string) => withQuota('used: 1, limit: 5', names)
  t.strictSame(withQuota('used: 1, limit: unlimited'), [])
  t.match(withQuota('used: -1, limit: 5'), [
    /quotas\.0\.used \(11\): is -1, but must be a whole number of 0 or more: how much is used \(for example 346\)/
  ])
  t.match(withQuota('used: 1, limit: lots'), [
    /limit \(11\): is the text "lots", but must be how much is allowed: a whole number, or unlimited/
  ])
  t.match(withQuota('used: 1, limit: 5, renewsAt: tomorrow'), [/renewsAt \(11\)/])
  t.match(withQuota('used: 1'), [/limit \(11\): is missing/])
  t.strictSame(withQuota('used: 1, limit: 5').concat(withNames('{ en: A, pt-BR: B, zh-Hant: C, es-419: D }')), [])
  for (const names of ['{}', '{ english: A }', '{ en: "" }', '5', '[A]']) {
    t.match(withNames(names), [
      /quotas\.0\.name \(11\): is .*, but must be what the reader sees: one text, or a text for/
    ])
  }
})

t.test('a list of keys is checked key by key', async t => {
  t.match(mistakes(GOOD.replace('${WIX_PUBLIC_KEY}', '["${WIX_PUBLIC_KEY}", nonsense]')), [
    /wix\.publicKey\.1 \(4\): is not a readable/
  ])
})

t.test('durations that contradict each other are told', async t => {
  const withSetting = (setting: string) => mistakes(GOOD.replace('type: docspace', `type: docspace\n    ${setting}`))
  t.match(withSetting('patience: 3s'), [/patience \(8\): is 3s, but must not be longer than deadline \(2500ms\)/])
  t.match(withSetting('keepFor: 10s'), [/keepFor \(8\): is 10s, but must not be shorter than freshFor \(60s\)/])
  t.strictSame(withSetting('freshFor: 0s'), [])
})

t.test('upgrade links need a store for the key that signs them', async t => {
  const linked = GOOD.replace('wix:', 'server: { publicUrl: https://quota.example.com }\nwix:')
  t.match(mistakes(linked), [/^server\.publicUrl \(2\): needs a store/])
  t.strictSame(
    mistakes(
      `${linked}store: { encryptionKeys: ["${Buffer.from('a key for tests, of 32 bytes ...').toString('base64')}"] }\n`
    ),
    []
  )
})

const KEY = Buffer.from('a key for tests, of 32 bytes ...').toString('base64')
const perSite = (yaml: string) => yaml.replace(/connection: .*/, 'connection: per-site')

t.test('a connection per site needs a store with a key, and only it takes connectUrl', async t => {
  const stored = `${perSite(GOOD)}store: { encryptionKeys: ["\${ENCRYPTION_KEY}"] }\n`
  const { store, providers } = read(stored, { ENCRYPTION_KEY: KEY })
  t.match(store, { url: 'file:data/quota-bridge.db', encryptionKeys: [Buffer.from(KEY, 'base64')] })
  t.equal(providers.get('docspace')?.shared, undefined)
  t.match(mistakes(perSite(GOOD)), [/^store \(.*\): is missing: the provider docspace keeps a connection per site/])
  t.match(mistakes(stored, { ENCRYPTION_KEY: 'c2hvcnQ=' }), [
    /^store\.encryptionKeys\.0 \(11\): is not base64 of 32 bytes; make one with/
  ])
  t.match(mistakes(`${perSite(GOOD)}store: { encryptionKeys: [] }\n`), [/^store\.encryptionKeys \(11\)/])
  t.match(mistakes(`${perSite(GOOD)}store: { url: file:x }\n`), [/^store\.encryptionKeys \(11\): is missing/])
  const connect = 'connectUrl: https://app.example.com/connect'
  t.equal(
    read(stored.replace('type: docspace', `type: docspace\n    ${connect}`), { ENCRYPTION_KEY: KEY }).providers.get(
      'docspace'
    )?.connectUrl,
    'https://app.example.com/connect'
  )
  t.match(mistakes(GOOD.replace('type: docspace', `type: docspace\n    ${connect}`)), [
    /connectUrl \(8\): goes together with connection: per-site alone; take it out/
  ])
  t.match(
    mistakes(
      GOOD.replace(
        'actions:',
        '  s: { type: static, connection: per-site, groups: [{ plans: [], quotas: [{ feature: a, name: A, used: 1, limit: 2 }] }] }\nactions:'
      )
    ),
    [/providers\.s\.connection \(9\): is not a known key/]
  )
})

t.test('unsigned calls and a PostgreSQL store do not go together; its password is never shown', async t => {
  const both = GOOD.replace('appId', 'allowUnsigned: true\n  appId')
  t.match(mistakes(`${both}store: { url: "postgres://u:pass-word@db/x", encryptionKeys: ["${KEY}"] }\n`), [
    /^wix\.allowUnsigned \(3\): is true, which is for development only/
  ])
  t.strictSame(mistakes(`${both}store: { encryptionKeys: ["${KEY}"] }\n`), [])
  const wrong = mistakes(`${GOOD}store: { url: "mysql://u:pass-word@db/x", encryptionKeys: ["${KEY}"] }\n`)
  t.match(wrong, [/^store\.url \(11\): is not usable, but must be file:PATH/])
  t.notMatch(wrong.join(), 'pass-word')
})

t.test('management tokens may have names', async t => {
  const tokens = (token: string) => read(`${GOOD}management: { token: ${token} }\n`).management?.tokens
  t.strictSame(tokens('a-token-of-16-chars'), [{ name: 'default', token: 'a-token-of-16-chars' }])
  t.strictSame(tokens('[{ name: ops, token: a-token-of-16-chars }]'), [{ name: 'ops', token: 'a-token-of-16-chars' }])
})

t.test('a key such as __proto__ is a key like any other', async t => {
  const { actions } = read(`${GOOD}  __proto__: { provider: docspace }\n`)
  t.strictSame([...actions.keys()], ['create-room', '__proto__'])
  t.equal(actions.get('__proto__')?.provider, 'docspace')
})

t.test('what is no YAML, no mapping or no file is told', async t => {
  t.match(mistakes('a: [1,\nb: 2'), [/The file is not YAML/])
  t.match(mistakes('a: 1\na: 2'), [/^a \(2\): stands twice, on line 1 and here; take one out/])
  t.match(mistakes('5'), [/The file must be a mapping/])
  t.match(mistakes(''), [/The file is empty; start from/])
  const options = { environment, adapters }
  t.throws(
    () => loadConfiguration('/no/such.yaml', options),
    /cannot be read \(there is none\); name one with --config FILE or QUOTA_BRIDGE_CONFIG/
  )
  const file = `${t.testdir()}/quota-bridge.yaml`
  writeFileSync(file, GOOD)
  t.equal(loadConfiguration(file, options).actions.size, 1)
})

t.test('the message never shows a secret', async t => {
  const told = mistakes(`${GOOD}management: { token: hush-hush }\n`)
  t.match(told, [/^management\.token \(11\): is not usable/])
  t.notMatch(told.join(), 'hush')
})

t.test('addresses are parsed at the start, and none leads to another host than it seems to', async t => {
  const docspace = (more: string) => mistakes(GOOD.replace('type: docspace', `type: docspace\n    ${more}`))
  for (const path of ['//evil.example/pay', '/\\\\evil.example/pay', '/\\t/evil.example', 'pay', '/a b'])
    t.match(docspace(`upgradePath: "${path}"`), [/^providers\.docspace\.upgradePath \(\d+\): is /], path)
  t.strictSame(docspace('upgradePath: /billing/tariff-plan?x=1#y'), [])
  const perSite = GOOD.replace(/connection: \{.*\}/, 'connection: per-site\n    connectUrl: "https://[bad"')
  t.match(mistakes(perSite), [/connectUrl \(\d+\): is the text "https:\/\/\[bad"/])
  const server = (section: string) =>
    mistakes(`${GOOD}server: ${section}\nstore: { encryptionKeys: ["${'A'.repeat(43)}="] }`)
  t.match(server('{ publicUrl: "https://[bad" }'), [/^server\.publicUrl/])
  t.match(server('{ drain: 6m }'), [/^server\.drain \(\d+\): is 6m, but must lie between 0s and 5m/])
  t.match(server('{ trustProxy: [10.0.0.0/8, everybody, loopback] }'), [
    /^server\.trustProxy\.1 \(\d+\): is everybody, which is no address and no network; write it like 10\.0\.0\.0\/8/
  ])
  t.strictSame(server('{ trustProxy: [10.0.0.0/8, "::1", loopback] }'), [])
  const shop = (more: string) =>
    mistakes(
      `${GOOD}  buy: { provider: shop }`.replace(
        'providers:',
        `providers:\n  shop: { type: static, groups: [{ plans: [], quotas: [{ feature: a, name: A, used: 1, limit: 2, ${more} }] }] }`
      )
    )
  t.match(shop('manageUrl: "https://[bad"'), [/manageUrl/])
})

t.test('an empty PORT is a mistake, not port 0', async t => {
  t.match(mistakes(GOOD, { PORT: '' }), [/^server\.port .*PORT, which is empty, but must be a whole number/])
  t.match(mistakes(GOOD, { PORT: 'abc' }), [/^server\.port/])
})

t.test('of a file that is wrong, what is right in itself is there, and nothing that a mistake is about', async t => {
  const inspect = (yaml: string, more: NodeJS.ProcessEnv = {}) =>
    inspectConfiguration(yaml, { environment: { ...environment, ...more }, adapters })
  const all = `${GOOD}
  other: { provider: docspace, features: [rom] }
  third: { provider: else }
server: { publicUrl: "https://quota.example.com" }
forward: { to: "https://actions.example.com/wix" }
store: { encryptionKeys: ["\${ENCRYPTION_KEY}"] }
`.replace(
    'actions:',
    `  else: { type: docspace, connection: { url: https://evil.example, apiKey: "\${DOCSPACE_API_KEY}" } }\nactions:`
  )
  const key = 'YSBrZXkgZm9yIHRlc3RzLCBvZiAzMiBieXRlcyAuLi4='
  const { parts, configuration, mistakes } = inspect(all, { ENCRYPTION_KEY: key })
  t.equal(configuration, undefined)
  t.strictSame(
    mistakes.map(({ path }) => path.join('.')),
    ['providers.else.connection.url', 'actions.other.features.0']
  )
  t.strictSame([...(parts.providers?.keys() ?? [])], ['docspace'], 'a host that is not allowed is not to be called')
  t.strictSame([...(parts.actions?.keys() ?? [])], ['create-room', 'third'])
  t.equal(parts.wix?.publicKeys.length, 1)
  t.match(parts, {
    server: {},
    presentation: {},
    basePaths: ['/'],
    forward: [{ path: '/wix/' }],
    store: { url: /^file:/ }
  })

  const keyless = inspect(all.replace('forward: { to', 'forward: { too'), { WIX_PUBLIC_KEY: 'nonsense' }).parts
  t.strictSame([keyless.wix, keyless.store, keyless.forward], [undefined, undefined, undefined])
  t.ok(keyless.server)
  const unfinished = inspect(all.replace('presentation', 'x').replace('server: {', 'server: { port: x, '), {
    ENCRYPTION_KEY: key
  })
  t.strictSame([unfinished.parts.server, unfinished.parts.basePaths], [undefined, undefined])
  t.ok(unfinished.parts.store, 'which does not depend on the server')
  t.strictSame(inspect('{').parts, {})
  t.ok(inspect(GOOD).configuration)
})

t.test('a provider that is misspelt is told by one that is wrong itself, too', async t => {
  const wrong = GOOD.replace('provider: docspace', 'provider: docspce').replace(
    'type: docspace',
    'type: docspace\n    speed: 1'
  )
  t.match(mistakes(wrong), [/speed/, /provider .*did you mean docspace\?/])
})

t.test('the metrics may have a token of their own, or none, and not both', async t => {
  const metrics = (written: string) => `${GOOD}management: { token: a-token-of-16-chars, metrics: ${written} }\n`
  t.strictSame(read(`${GOOD}management: { token: a-token-of-16-chars }\n`).management?.metrics, {
    isOpen: false,
    tokens: []
  })
  t.strictSame(read(metrics('{ token: another-of-16-chars }')).management?.metrics, {
    isOpen: false,
    tokens: [{ name: 'default', token: 'another-of-16-chars' }]
  })
  t.strictSame(read(metrics('{ open: true }')).management?.metrics, { isOpen: true, tokens: [] })
  t.match(mistakes(metrics('{ open: true, token: another-of-16-chars }')), [
    /^management\.metrics\.token \(\d+\)(:| ).*opens nothing that open: true leaves closed/
  ])
  t.match(mistakes(metrics('{ token: short }')), [/^management\.metrics\.token/])
})
