// The checks of providers and of what actions show, against a fake portal: passing and failing twins.
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { askProvider } from '../../src/doctor/asked.ts'
import { holdsSecret, withMadeUpSecrets } from '../../src/doctor/credentials.ts'
import type { ProviderAdapter, QuotaProvider } from '../../src/quota/provider.ts'
import { Secret, Type } from '../../src/schema.ts'
import { openStore } from '../../src/store/index.ts'
import { ENCRYPTION_KEY } from '../helpers/bridge.ts'
import { examineIn, SOUND, startPortal } from '../helpers/examine.ts'
import { freePort } from '../helpers/free-port.ts'

const room = { room: { provider: 'portal', features: ['room'] } }

t.test('a portal that is well, asked with the key of its owner', async t => {
  const { docspace, providers } = await startPortal(t)
  const { one, of, result } = await examineIn(t.testdir(), { sections: { providers: providers(), actions: room } })
  t.match(one('QB-PROVIDER-ANSWERS'), {
    status: 'ok',
    subject: 'portal',
    found: /^answers in \d+ ms, asked with the connection of all sites$/
  })
  t.match(one('QB-KEY-SEES'), { status: 'ok', found: /^told: .*room/ })
  t.match(one('QB-KEY-EXPIRES'), { status: 'ok', found: 'the credentials do not end' })
  t.match(one('QB-FALSE-KEY'), { status: 'ok', found: 'a made-up key is refused' })
  t.match(of('QB-CLOCK'), [{ status: 'ok', subject: docspace.url, found: 'the clocks agree' }])
  t.match(one('QB-ACTION-FEATURES'), { status: 'ok', subject: 'room', found: 'room' })
  t.equal(result.exitCode, 0)
  t.notOk(
    docspace.calls.some(({ refresh }) => refresh),
    'its caches are left alone'
  )
})

t.test('QB-PROVIDER-ANSWERS: a key that is refused, with the variable to set', async t => {
  const { providers } = await startPortal(t)
  const { one, result } = await examineIn(t.testdir(), {
    sections: { providers: providers('${KEY}'), actions: room },
    environment: { KEY: 'sk-fake-of-nobody' }
  })
  t.match(one('QB-PROVIDER-ANSWERS'), {
    status: 'failed',
    found: /^The API key is not accepted.* \(api-key-rejected, HTTP 401\)$/,
    place: { path: 'providers.portal.connection' },
    remedy: /Make a new API key/,
    paste: ['export KEY=…']
  })
  for (const code of ['QB-KEY-SEES', 'QB-KEY-EXPIRES', 'QB-FALSE-KEY'])
    t.match(one(code), { status: 'skipped', found: /it did not answer \(QB-PROVIDER-ANSWERS\)/ }, code)
  t.match(one('QB-ACTION-FEATURES'), { status: 'skipped', found: /portal did not answer/ })
  t.match(one('QB-CLOCK'), { status: 'ok' }, 'its clock is told all the same')
  t.equal(result.exitCode, 1)
})

t.test('QB-PROVIDER-ANSWERS: nobody there, an error of its own, half a report, a late one', async t => {
  const { docspace, providers } = await startPortal(t, { patience: '0s' })
  const dir = t.testdir()
  const look = async (section: object = providers()) =>
    (await examineIn(dir, { sections: { providers: section, actions: room } })).one('QB-PROVIDER-ANSWERS')
  t.match(await look(), { status: 'warning', found: /which is more than its patience of 0 ms/ })
  docspace.fail('status-502')
  t.match(await look(), { status: 'failed', found: /\(upstream-error, HTTP 502\)$/, paste: undefined })
  docspace.fail(undefined)
  docspace.fail('status-500', 'tariff')
  t.match(await look(), {
    status: 'warning',
    found: /but not with everything/,
    details: [/the tariff could not be read/]
  })
  docspace.fail(undefined)
  docspace.fail('status-500', 'key')
  t.match(
    await look(),
    { status: 'failed', found: /\(upstream-error\)$/ },
    'the check fails although there is a report'
  )
  const url = `http://127.0.0.1:${await freePort()}`
  const { portal } = providers()
  t.match(await look({ portal: { ...portal, connection: { ...portal.connection, url } } }), {
    status: 'failed',
    found: /\(unreachable, ECONNREFUSED\)$/
  })
})

t.test('QB-KEY-SEES: less than everything, feature by feature', async t => {
  const { docspace, providers } = await startPortal(t)
  const { one } = await examineIn(t.testdir(), {
    sections: {
      providers: providers(docspace.portal.keys['room-admin']),
      actions: {
        all: { provider: 'portal', features: ['*'] },
        backups: { provider: 'portal', features: ['free_backup'] }
      }
    }
  })
  const line = one('QB-KEY-SEES')
  t.match(line, { status: 'warning', found: /\(room-admin\)$/, remedy: /as an admin or the owner/ })
  t.ok(line.details?.includes('room: told'))
  t.ok(line.details?.includes('free_backup: not told to these credentials'))
  t.match(one('QB-ACTION-FEATURES', 'all'), { status: 'ok', found: /room/ })
  t.match(one('QB-ACTION-FEATURES', 'backups'), {
    status: 'failed',
    found: /portal tells none of free_backup/,
    paste: [/^backups: \{ provider: portal, features: \[.*room.*\] \}$/]
  })
})

t.test('QB-KEY-EXPIRES: in good time, soon, at the weekend, and unknown', async t => {
  const { docspace, providers } = await startPortal(t)
  const dir = t.testdir()
  const look = async () =>
    (
      await examineIn(dir, {
        sections: { providers: providers('${KEY}'), actions: room },
        environment: { KEY: docspace.portal.keys.owner }
      })
    ).one('QB-KEY-EXPIRES')
  const inDays = (days: number) =>
    new Date(Date.now() + days * 86_400_000 + 3_600_000).toISOString().replace('Z', '0000Z')
  docspace.portal.keysEndAt = inDays(31)
  t.match(await look(), { status: 'ok', found: /^the credentials end in 31 days, on \d{4}-/ })
  docspace.portal.keysEndAt = inDays(29)
  t.match(await look(), { status: 'warning', found: /^the credentials end in 29 days/, paste: ['export KEY=…'] })
  docspace.portal.keysEndAt = inDays(1)
  t.match(await look(), { status: 'failed', found: /^the credentials end in one day/ })
  docspace.portal.keysEndAt = 'whenever'
  t.match(await look(), { status: 'skipped', found: /does not tell when they end/ })
})

async function startServer(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.closeAllConnections())
  t.teardown(() => server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
}

t.test('QB-FALSE-KEY: something in between that keeps answers, and one that cannot be told', async t => {
  const { docspace, providers } = await startPortal(t)
  const { portal } = providers()
  const headers = { authorization: `Bearer ${docspace.portal.keys.owner}` }
  const url = await startServer(t, async (request, response) => {
    const kept = await fetch(`${docspace.url}${request.url}`, { headers })
    response.writeHead(200, { 'content-type': 'application/json' }).end(await kept.text())
  })
  const section = { portal: { ...portal, connection: { ...portal.connection, url } } }
  const { one } = await examineIn(t.testdir(), { sections: { providers: section, actions: room } })
  t.match(one('QB-FALSE-KEY'), { status: 'failed', found: /a made-up key is taken/ })

  const fickle = fakeAdapter({ check: connection => (isMadeUp(connection) ? 'timeout' : 'ok') })
  const adapters = new Map([['fickle', fickle]])
  const asked = await examineIn(t.testdir(), {
    adapters,
    sections: { providers: { f: { type: 'fickle', connection: { key: 'sk-1' } } }, actions: { a: { provider: 'f' } } }
  })
  t.match(asked.one('QB-FALSE-KEY'), { status: 'skipped', found: /no answer came: timeout/ })
})

const isMadeUp = (connection: unknown) => JSON.stringify(connection) !== '{"key":"sk-1"}'

/** An adapter whose check finds what it is told to, and whose report is empty. */
function fakeAdapter({
  check = () => 'ok',
  connectionSchema = Type.Object({ key: Secret() }, { additionalProperties: false }),
  deaf = false,
  fetchReport = async () => ({ vocabulary: 'fickle', account: 'x', groups: [] })
}: {
  check?: (connection: unknown) => string
  connectionSchema?: ProviderAdapter['connectionSchema']
  deaf?: boolean
  fetchReport?: QuotaProvider['fetchReport']
} = {}): ProviderAdapter {
  return {
    type: 'fickle',
    title: 'Fickle',
    settingsSchema: Type.Object({}),
    connectionSchema,
    features: () => ({ known: ['a'], shown: ['a'] }),
    create: (): QuotaProvider => ({
      fetchReport,
      check: async connection => {
        if (deaf) await new Promise(() => {})
        const finding = check(connection)
        return finding === 'ok' ? { health: 'ok' } : { health: 'failing', finding }
      },
      upgradeUrl: () => undefined,
      close: async () => {}
    })
  }
}

t.test('an adapter whose connection holds no secret, and one without a report to show', async t => {
  const open = fakeAdapter({ connectionSchema: Type.Object({ name: Type.String() }, { additionalProperties: false }) })
  const { one } = await examineIn(t.testdir(), {
    adapters: new Map([['fickle', open]]),
    sections: { providers: { f: { type: 'fickle', connection: { name: 'x' } } }, actions: { a: { provider: 'f' } } }
  })
  t.match(one('QB-FALSE-KEY'), { status: 'skipped', found: /it has no secret/ })
  t.match(one('QB-KEY-SEES'), { status: 'ok', details: ['a: not there, or not in the plan'] })
  t.match(one('QB-ACTION-FEATURES'), { status: 'failed', remedy: 'The provider tells none at all now.' })
  t.match(one('QB-CLOCK'), { status: 'skipped', found: /no provider told the time/ })
})

t.test('an adapter with a fault of its own takes nothing else along', async t => {
  const faulty = fakeAdapter({ fetchReport: () => Promise.reject(new TypeError('x is not a function')) })
  const { one } = await examineIn(t.testdir(), {
    adapters: new Map([['fickle', faulty]]),
    sections: { providers: { f: { type: 'fickle', connection: { key: 'sk-1' } } }, actions: { a: { provider: 'f' } } },
    asked: { action: 'a', languages: ['en'] }
  })
  for (const code of ['QB-PROVIDER-ANSWERS', 'QB-ANSWER'])
    t.match(one(code), { status: 'failed', found: 'the check itself failed: x is not a function' })
  t.match(one('QB-WAY-IN'), { status: 'skipped' })
})

t.test('a made-up secret has the form of the real one, and is another in every place', async t => {
  const real = { url: 'https://x', key: 'sk-0123456789abcdef', more: [{ header: { 'X-Key': 'Token {id} abc1' } }] }
  const madeUp = withMadeUpSecrets(real, ['key', 'header'])
  t.match(madeUp, { url: 'https://x', key: /^[a-f]{2}-\d{10}[a-f]{6}$/ })
  t.match(madeUp, { more: [{ header: { 'X-Key': /^[a-f]{5} \{id\} [a-f]{3}\d$/ } }] })
  t.notMatch(JSON.stringify(madeUp), /0123456789|abc1/)
  t.notOk(holdsSecret({ bearer: '{apiKey}', n: 1, none: null }, ['bearer']), 'what is filled in later is no secret')
  t.ok(holdsSecret(real, ['key']))
})

/** An API of the maker's own, which takes one key. */
const mapped = (url: string, auth: object, more: object = {}) => ({
  type: 'http',
  allowedHosts: ['127.0.0.1'],
  allowPrivateHosts: true,
  auth,
  requests: { wallet: { get: `${url}/wallet` } },
  quotas: { credits: { names: { en: 'Credits' }, used: { at: 'wallet#/used' }, limit: { at: 'wallet#/limit' } } },
  ...more
})

t.test(
  'a mapped API with a key of its own: it is asked, a made-up key must be refused, and nothing tells the key',
  async t => {
    const key = 'sk-the-key-of-all-sites-1234567'
    const url = await startServer(t, (request, response) => {
      const isRight = request.headers.authorization === `Bearer ${key}`
      response.writeHead(isRight ? 200 : 401, { 'content-type': 'application/json' })
      response.end(isRight ? '{"used":1,"limit":2}' : '{}')
    })
    const sections = (bearer: string) => ({
      providers: { api: mapped(url, { bearer }) },
      actions: { spend: { provider: 'api', features: ['credits'] } }
    })
    const { one, result } = await examineIn(t.testdir(), { sections: sections(key) })
    t.match(one('QB-PROVIDER-ANSWERS'), { status: 'ok', found: /^answers in \d+ ms$/ })
    t.match(one('QB-FALSE-KEY'), { status: 'ok' })
    t.match(one('QB-KEY-EXPIRES'), { status: 'skipped', found: /does not tell when they end/ })
    t.match(one('QB-ACTION-FEATURES'), { status: 'ok', found: 'credits' })
    t.notMatch(JSON.stringify(result), /sk-the-key/)
    const open = await startServer(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"used":1,"limit":2}')
    })
    const careless = await examineIn(t.testdir(), {
      sections: { ...sections(key), providers: { api: mapped(open, { bearer: key }) } }
    })
    t.match(careless.one('QB-FALSE-KEY'), { status: 'failed', found: /a made-up key is taken/ })
  }
)

t.test('an adapter that hears no signal is not waited for', async t => {
  const adapter = fakeAdapter({ deaf: true })
  const freshness = { deadlineMs: 2500, patienceMs: 1500, freshForMs: 0, keepForMs: 0 }
  const source = { name: 'f', adapter, settings: {}, freshness }
  const asked = await askProvider(source, { connection: { key: 'sk-1' }, whose: 'x' }, Date.now, { checkMs: 20 })
  t.match(asked.check, { health: 'failing', finding: 'timeout' })
})

t.test('QB-CLOCK: one that is wrong by seconds, and by minutes', async t => {
  const { docspace, providers } = await startPortal(t)
  const dir = t.testdir()
  const look = async () =>
    (await examineIn(dir, { sections: { providers: providers(), actions: room } })).one('QB-CLOCK')
  docspace.clockAheadMs = 20_000
  t.match(await look(), {
    status: 'warning',
    found: /^this clock is (19|20|21) seconds behind$/,
    paste: [/timedatectl/]
  })
  docspace.clockAheadMs = -120_000
  t.match(await look(), { status: 'failed', found: /^this clock is 12\d seconds ahead$/ })
})

t.test('a provider that is not configured rightly takes only what depends on it along', async t => {
  const { docspace, providers } = await startPortal(t)
  const { one, result } = await examineIn(t.testdir(), {
    sections: {
      providers: { ...providers(), ...SOUND.providers, broken: { ...providers('${NO}').portal } },
      actions: {
        ...room,
        ...SOUND.actions,
        other: { provider: 'broken', features: ['room'] },
        odd: { provider: 'portal', features: ['x'] }
      }
    }
  })
  t.match(one('QB-PROVIDER-ANSWERS', 'broken'), {
    status: 'skipped',
    found: /what providers\.broken names is not there/
  })
  t.match(one('QB-PROVIDER-ANSWERS', 'portal'), { status: 'ok' })
  t.match(one('QB-PROVIDER-ANSWERS', 'newsletter'), { status: 'ok', found: /^answers in/ })
  t.match(one('QB-ACTION-FEATURES', 'other'), { status: 'skipped', found: /what providers\.broken names is not there/ })
  t.match(one('QB-ACTION-FEATURES', 'odd'), { status: 'skipped', found: /actions\.odd is not right/ })
  t.match(one('QB-ACTION-FEATURES', 'room'), { status: 'ok' })
  t.equal(result.exitCode, 2)
  t.ok(docspace.calls.length > 0)
})

t.test('an action that Wix is not to show', async t => {
  const actions = { off: { provider: 'newsletter', enforced: false } }
  const { one } = await examineIn(t.testdir(), { sections: { actions } })
  t.match(one('QB-ACTION-FEATURES'), { status: 'skipped', found: /enforced: false/ })
})

t.test('connections per site: asked with that of a site, and said whose', async t => {
  const { docspace, providers } = await startPortal(t)
  const dir = t.testdir()
  const store = { url: `file:${dir}/q.db`, encryptionKeys: [ENCRYPTION_KEY] }
  const opened = await openStore({
    url: store.url,
    encryptionKeys: [Buffer.from(ENCRYPTION_KEY, 'base64')],
    onLost: () => {},
    now: Date.now
  })
  t.teardown(() => opened.close())
  const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
  const save = (instanceId: string, saved: object, health: 'ok' | 'failing' = 'ok') =>
    opened.connections.put({ provider: 'portal', instanceId }, saved, { health, finding: '', checkedAt: 0 }, 'ops')
  const { portal } = providers()
  const sections = { store, providers: { portal: { ...portal, connection: 'per-site' } }, actions: room }
  const look = async (site?: string) =>
    (await examineIn(dir, { sections, ...(site && { site }) })).one('QB-PROVIDER-ANSWERS')

  t.match(await look(), { status: 'skipped', found: /no site has connected with it yet/ })
  await save('bad', { nonsense: true }, 'failing')
  t.match(await look(), { status: 'skipped', found: /the connection of the site bad cannot be read/ })
  await save('elsewhere', { ...connection, url: 'http://192.0.2.1' })
  t.match(await look('elsewhere'), {
    status: 'skipped',
    found: /may not be used: url names a host that is not allowed/
  })
  await save('good', connection)
  t.match(await look('good'), {
    status: 'ok',
    found: /the connection of the site good$/,
    place: { path: 'providers.portal' }
  })
  t.match(await look('nobody'), { status: 'skipped', found: /the site nobody has no connection with it/ })
})
