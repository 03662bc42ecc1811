// Secrets planted wherever one may stand: none of them is in what the doctor tells, nor in a support file.
import { readFileSync, statSync } from 'node:fs'
import t from 'tap'
import { bundleOf, writeBundle } from '../../src/doctor/bundle.ts'
import { createMask } from '../../src/doctor/mask.ts'
import { leftOut, redact } from '../../src/doctor/redact.ts'
import { openStore } from '../../src/store/index.ts'
import { sharedWix } from '../helpers/bridge.ts'
import { examineIn, startPortal } from '../helpers/examine.ts'
import { freePort } from '../helpers/free-port.ts'

/** Planted; the first ones by way of variables and files, the others as they stand. */
const planted = {
  key: `sk-${'planted0'.repeat(8)}`,
  token: 'planted-management-token',
  encryption: Buffer.alloc(32, 'planted').toString('base64'),
  database: 'planted-database-password',
  literalKey: 'sk-planted-as-it-stands',
  misplaced: 'planted-token-in-a-wrong-place',
  comment: 'planted-in-a-comment',
  unknown: 'planted-under-an-unknown-key',
  keyItself: 'sk-planted+as+a+key',
  user: 'planted-user-of-an-address',
  query: 'planted-in-a-query',
  path: 'planted-in-a-path',
  label: 'planted-in-a-label',
  privateKey: String(sharedWix.privateKeyPem)
}

/** Every secret that a text tells, in any of the forms that JSON and addresses give it. */
function toldIn(text: string): string[] {
  const forms = (secret: string) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]
  return Object.entries(planted)
    .filter(([, secret]) => forms(secret).some(form => text.includes(form)))
    .map(([name]) => name)
}

t.test('an examination and its support file tell none of them', async t => {
  const { docspace } = await startPortal(t)
  const dir = t.testdir({ 'encryption-key': planted.encryption })
  const port = await freePort()
  const text = `
# ${planted.comment}
wix: { appId: ${sharedWix.appId}, publicKey: ["\${PRIVATE}", "\${WIX_PUBLIC_KEY}"] }
management: { token: "\${TOKEN}", ${planted.keyItself}: x }
server: { publicUrl: "https://${planted.user}:pw@quota.example.com" }
store: { url: "postgres://quota:\${DATABASE}@127.0.0.1:${port}/x", encryptionKeys: ["\${file:${dir}/encryption-key}"] }
forward: { to: "http://127.0.0.1:${port}/${planted.path}" }
storage: "${planted.unknown}"
presentation: "${planted.misplaced}"
providers:
  portal:
    type: docspace
    connection: { url: "${docspace.url}", apiKey: "\${KEY}" }
    allowedHosts: [127.0.0.1]
    allowPrivateHosts: true
  literal: { type: docspace, connection: { url: "https://acme.onlyoffice.com", apiKey: "${planted.literalKey}", extra: 1 } }
  sites: { type: docspace, connection: per-site, connectUrl: "https://app.example.com/?t=${planted.query}" }
actions:
  room: { provider: portal, features: [room], labels: { en: { room: "${planted.label}" } } }
`
  const environment = {
    WIX_PUBLIC_KEY: sharedWix.publicKeyPem,
    PRIVATE: planted.privateKey,
    TOKEN: planted.token,
    DATABASE: planted.database,
    KEY: planted.key,
    LOG_LEVEL: 'debug'
  }
  const examined = await examineIn(dir, { text, environment, asked: { action: 'room', languages: ['en'] } })
  t.match(examined.one('QB-PROVIDER-ANSWERS', 'portal'), { status: 'failed' }, 'that key was asked with')
  t.strictSame(
    toldIn(JSON.stringify(examined.result)).filter(name => !['keyItself', 'misplaced', 'path'].includes(name)),
    [],
    'but for what stands openly in the file, where no secret belongs'
  )
  const bundle = bundleOf(examined)
  t.strictSame(toldIn(JSON.stringify(bundle)), [])
  t.match(bundle, {
    environment: { variables: { LOG_LEVEL: 'debug' }, named: ['PRIVATE', 'WIX_PUBLIC_KEY', 'TOKEN', 'DATABASE'] },
    configuration: {
      management: { token: '${TOKEN}', '[key 2]': /text of 1/ },
      forward: { to: `http://127.0.0.1:${port}/…` },
      providers: { portal: { type: 'docspace', connection: { apiKey: '${KEY}' }, allowPrivateHosts: true } },
      actions: { room: { provider: 'portal', features: ['room'] } }
    }
  })
})

t.test('a site of a store is no word in a support file', async t => {
  const dir = t.testdir()
  const url = `file:${dir}/q.db`
  const site = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
  const store = await openStore({ url, encryptionKeys: [Buffer.alloc(32, 1)], onLost: () => {}, now: Date.now })
  t.teardown(() => store.close())
  await store.connections.put(
    { provider: 'p', instanceId: site },
    {},
    { health: 'ok', finding: '', checkedAt: 0 },
    'ops'
  )
  const examined = await examineIn(dir, {
    sections: { store: { url, encryptionKeys: [Buffer.alloc(32, 2).toString('base64')] } },
    asked: { action: 'send-email', languages: ['en'] }
  })
  t.match(examined.one('QB-STORE-ROWS'), { details: [`p, site ${site}`] })
  t.ok(examined.result.answer)
  const bundle = bundleOf(examined)
  t.notMatch(JSON.stringify(bundle), new RegExp(site))
  t.match(JSON.stringify(bundle), /p, site \[id\]/)
  t.notOk('answer' in bundle.result, "an owner's numbers are left out")

  writeBundle(`${dir}/support.json`, examined)
  t.strictSame(JSON.parse(readFileSync(`${dir}/support.json`, 'utf8')), JSON.parse(JSON.stringify(bundle)))
  t.equal(statSync(`${dir}/support.json`).mode & 0o777, 0o600)
  t.throws(() => writeBundle(`${dir}/support.json`, examined), { code: 'EEXIST' })
})

t.test('of a configuration only what is harmless is told', async t => {
  t.strictSame(
    redact({
      type: 'docspace',
      freshFor: '60s',
      maxBodySize: '10MiB',
      enforced: true,
      port: 8080,
      nothing: null,
      key: '${KEY}',
      both: 'Bearer ${KEY}',
      url: 'https://u:p@example.com:8443/secret?x=1',
      origin: 'https://example.com',
      connection: 'per-site',
      features: ['room'],
      'sk-x+y': 'text'
    }),
    {
      type: 'docspace',
      freshFor: '60s',
      maxBodySize: '10MiB',
      enforced: true,
      port: 8080,
      nothing: null,
      key: '${KEY}',
      both: '[text of 13 characters]',
      url: 'https://[user]@example.com:8443/…?…',
      origin: 'https://example.com',
      connection: 'per-site',
      features: ['room'],
      '[key 13]': '[text of 4 characters]'
    }
  )
  t.strictSame(
    [...leftOut({ a: ['x'], url: 'https://u:p@h/s?q', 'odd key': 1, type: 'docspace' })],
    ['x', 'https://u:p@h/s?q', 'u', 'p', '/s', '?q', 'odd key']
  )
})

t.test('a mask knows secrets by where they stand, and by where they came from', async t => {
  const mask = createMask({
    filled: {
      wix: { appId: 'harmless-app' },
      store: { url: 'postgres://u:se%20cret@h/x' },
      p: { apiKey: 'sk-secret', keys: ['short'] }
    },
    secretNames: ['apiKey', 'keys'],
    placed: [
      { value: 'went-to-a-wrong-place', places: [['management']] },
      { value: 'harmless-host', places: [['server', 'host']] }
    ]
  })
  t.equal(
    mask('sk-secret went-to-a-wrong-place harmless-host harmless-app se%20cret short'),
    '[secret] [secret] harmless-host harmless-app [secret] short',
    'and what is too short to be one would take words apart'
  )
  t.equal(mask('at postgres://other:pw@h/x'), 'at postgres://[secret]@h/x')
  t.equal(mask(`a ${sharedWix.privateKeyPem} b`), 'a [secret]\n b')
})
