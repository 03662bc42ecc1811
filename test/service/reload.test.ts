// A configuration that takes another's place while the service runs.
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { createFakeWix } from '../../src/devkit/fake-wix.ts'
import { type BridgeOptions, bodyOf, errorOf, MANAGEMENT_TOKEN, sharedWix, startBridge } from '../helpers/bridge.ts'
import { startManagedBridge } from '../helpers/manage.ts'

const GOLD = { plan: { en: 'Gold' }, quota: { en: 'Letters' } }
const MANAGEMENT = { token: MANAGEMENT_TOKEN }

async function start(t: Test, options: BridgeOptions = {}) {
  const bridge = await startBridge(t, { management: MANAGEMENT, ...options })
  const manage = (method: string, path: string, body?: unknown, token = MANAGEMENT_TOKEN) =>
    bridge.get('management', path, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
  const lines = () => bridge.log.map(line => JSON.parse(line))
  const error = () => lines().findLast(({ level }) => level === 'error')
  return { ...bridge, manage, lines, error, reload: () => manage('POST', 'v1/config/reload') }
}

const planOf = async (answer: Response) => (await bodyOf(answer)).actionQuotaInfo.quotaInfo[0]?.plans[0]?.name

t.test('providers, actions, wordings and tokens are those of the file from then on', async t => {
  const { call, manage, reload, rewrite, lines } = await start(t)
  t.equal(await planOf(await call('send-email')), 'Free')
  t.equal((await call('write-sms')).status, 404)
  t.strictSame(await (await reload()).json(), { changed: [] })
  rewrite({
    newsletter: GOLD,
    actions: { 'write-sms': { provider: 'newsletter' } },
    presentation: { sizes: 'in-value' },
    management: { token: [{ name: 'new', token: 'another-token-for-tests' }] }
  })
  const answer = await reload()
  t.equal(answer.status, 200)
  t.strictSame(await answer.json(), {
    changed: ['management.token', 'presentation.sizes', 'providers.newsletter', 'actions.write-sms']
  })
  t.match(lines().at(-1), { level: 'info', by: 'default', msg: 'the configuration was read again and is in force' })
  t.equal(await planOf(await call('send-email')), 'Gold')
  t.equal((await call('write-sms')).status, 200)
  t.equal((await manage('GET', 'v1/log-level')).status, 401)
  t.equal((await manage('GET', 'v1/log-level', undefined, 'another-token-for-tests')).status, 200)
  const metrics = await manage('GET', 'metrics', undefined, 'another-token-for-tests')
  t.match(
    await metrics.text(),
    /quota_bridge_\w+\{action="write-sms"[^}]*\} 1/,
    'the new action has a label of its own'
  )
})

t.test("Wix's key is changed without a restart, by way of a list with both", async t => {
  const next = createFakeWix({ appId: sharedWix.appId, now: () => new Date('2026-11-22T12:00:00Z').getTime() })
  const { post, call, reload, rewrite } = await start(t)
  const ask = async () => (await post(await next.sign(next.payload({ actionKey: 'send-email' })))).status
  t.equal(await ask(), 401)
  rewrite({ wix: { publicKey: [sharedWix.publicKeyPem, next.publicKeyPem] } })
  t.strictSame(await (await reload()).json(), { changed: ['wix'] })
  t.equal(await ask(), 200)
  t.equal((await call('send-email')).status, 200)
  rewrite({ wix: { publicKey: next.publicKeyPem } })
  await reload()
  t.equal((await call('send-email')).status, 401)
})

t.test('a file with mistakes changes nothing, and all of them are told, without a secret', async t => {
  const { call, reload, rewrite, error } = await start(t)
  rewrite(
    JSON.stringify({
      wix: { appId: 'sk-secret-of-nobody', publicKey: 'x' },
      providers: { a: { type: 'nothing' } },
      actions: {}
    })
  )
  const answer = await reload()
  const told = JSON.parse(await answer.clone().text()).message
  t.match(await errorOf(answer), {
    status: 422,
    code: 'CONFIGURATION_INVALID',
    data: { mistakes: 4 },
    wellFormed: true
  })
  for (const place of ['wix.appId (line 1)', 'wix.publicKey (line 1)', 'providers.a.type (line 1)', 'actions (line 1)'])
    t.ok(told.includes(place), place)
  t.match(error(), { by: 'default', code: 'CONFIGURATION_INVALID' })
  t.equal(error().mistakes.length, 4)
  rewrite('wix: {')
  t.equal((await reload()).status, 422)
  t.equal(await planOf(await call('send-email')), 'Free')
})

t.test('what needs a restart is named, and nothing is applied', async t => {
  const store = { url: `file:${t.testdir()}/quota-bridge.db` }
  const { call, reload, rewrite, error } = await start(t, { store })
  rewrite({
    store: { url: 'file:elsewhere.db', encryptionKeys: [Buffer.alloc(32, 1).toString('base64')] },
    server: { grace: '3s' },
    forward: { to: 'https://example.com' },
    management: { token: MANAGEMENT_TOKEN, host: '127.0.0.2', metrics: { open: true } },
    newsletter: GOLD
  })
  const answer = await errorOf(await reload())
  t.match(answer, { status: 409, code: 'RESTART_NEEDED', wellFormed: true })
  t.strictSame(String(answer.data.keys).split(', ').sort(), [
    'forward',
    'management.host',
    'management.metrics.open',
    'server.grace',
    'store.encryptionKeys',
    'store.url'
  ])
  t.match(error(), { code: 'RESTART_NEEDED', keys: answer.data.keys })
  t.equal(await planOf(await call('send-email')), 'Free')
})

t.test('calls under way are answered by the provider that was asked, which is closed after them', async t => {
  const { call, docspace, reload, rewrite } = await start(t)
  docspace.delayMs = 400
  const before = call('create-room')
  while (docspace.calls.length === 0) await sleep(5)
  rewrite({ docspace: { deadline: '2s' } })
  t.strictSame(await (await reload()).json(), { changed: ['providers.docspace'] })
  const after = call('create-room')
  t.equal((await before).status, 200)
  t.equal((await after).status, 200)
})

t.test('what is known of a connection outlives a reload, unless the file gives it another key', async t => {
  const options = { docspace: { checkOnStart: true, freshFor: '1h', keepFor: '1h' } }
  const { call, docspace, get, reload, rewrite } = await start(t, options)
  const health = async () => JSON.parse(await (await get('management', 'health/ready')).text()).checks.connections
  while ((await health()).docspace.health === 'unchecked') await sleep(5)
  await call('create-room')
  const asked = docspace.calls.length
  rewrite({ presentation: { language: 'de' } })
  await reload()
  t.equal((await health()).docspace.health, 'ok')
  t.equal((await call('create-room')).headers.get('cache-status')?.includes('hit'), true)
  t.equal(docspace.calls.length, asked, 'nobody was asked again')
  docspace.delayMs = 0
  rewrite({ docspace: options.docspace, apiKey: () => 'sk-another-key-that-is-none' })
  await reload()
  while ((await health()).docspace.health !== 'failing') await sleep(5)
  t.equal((await call('create-room')).status, 502, 'numbers that another key was told are not shown')
})

t.test("sites' connections of a provider that changed are read again, and its caches are told of changes", async t => {
  const { connect, ask, docspace, manage, rewrite } = await startManagedBridge(t)
  const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
  await connect('site-1', connection)
  t.equal((await ask('site-1')).status, 200)
  rewrite({ sites: { deadline: '2s' } })
  t.strictSame(await (await manage('POST', 'v1/config/reload')).json(), { changed: ['providers.sites'] })
  t.equal((await ask('site-1')).status, 200)
  await manage('DELETE', 'v1/connections/sites/site-1')
  t.strictSame((await bodyOf(await ask('site-1'))).actionQuotaInfo.quotaInfo, [])
})

t.test('the level of the log changes while it runs, also for requests, and says so', async t => {
  const { call, manage, lines } = await start(t, { logLevel: 'info' })
  await call('no-such-action')
  t.notOk(lines().some(({ level }) => level === 'debug'))
  t.strictSame(await (await manage('GET', 'v1/log-level')).json(), { level: 'info' })
  t.strictSame(await (await manage('PUT', 'v1/log-level', { level: 'debug' })).json(), { level: 'debug' })
  t.match(lines().at(-1), { from: 'info', to: 'debug', by: 'default', msg: 'the level of the log was changed' })
  await call('no-such-action')
  t.ok(lines().some(({ level, code }) => level === 'debug' && code === 'ACTION_NOT_FOUND'))
  await manage('PUT', 'v1/log-level', { level: 'error' })
  const told = lines().length
  await call('send-email')
  t.equal(lines().length, told)
  t.match(await errorOf(await manage('PUT', 'v1/log-level', { level: 'loud' })), {
    status: 400,
    code: 'INVALID_REQUEST'
  })
})

t.test('a service that is stopping reads nothing any more', async t => {
  const { service, rewrite } = await start(t, { server: { drain: '300ms' } })
  const closing = service.close()
  rewrite({ newsletter: GOLD })
  await t.rejects(service.reload('SIGHUP'), { code: 'RESTART_NEEDED' })
  await closing
})

t.test('unsigned calls, once the file admits them, are warned of', async t => {
  const { reload, rewrite, lines } = await start(t)
  rewrite({ wix: { allowUnsigned: true } })
  await reload()
  t.match(lines().at(-2), { level: 'warn', msg: /wix.allowUnsigned is on/ })
})
