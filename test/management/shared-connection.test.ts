// Connections that stand in the configuration are checked when somebody asks for it.
import t from 'tap'
import { bodyOf, errorOf, MANAGEMENT_TOKEN, startBridge } from '../helpers/bridge.ts'
import { startManagedBridge } from '../helpers/manage.ts'

t.test('with or without a store a shared connection is checked, and shows no secret', async t => {
  const storeless = await startBridge(t, { management: { token: MANAGEMENT_TOKEN } })
  const headers = { authorization: `Bearer ${MANAGEMENT_TOKEN}` }
  const path = 'v1/connections/docspace/shared/check'
  const answers = [
    await storeless.get('management', path, { method: 'POST', headers }),
    await (await startManagedBridge(t)).manage('POST', path)
  ]
  for (const answer of answers) {
    t.equal(answer.status, 200)
    const found = await answer.json()
    t.match(found, { provider: 'docspace', health: 'ok', checkedAt: '2026-11-22T12:00:00.000Z' })
    t.match(Object(found).connection.apiKey, /^….{4}$/)
    t.strictSame(Object.keys(found ?? {}), ['provider', 'connection', 'health', 'checkedAt'])
  }
  t.match(await errorOf(await storeless.get('management', path, { method: 'POST' })), {
    status: 401,
    code: 'UNAUTHORIZED'
  })
})

t.test('what is wrong is told with what to do, and by readiness from then on', async t => {
  const { manage, get, docspace, log } = await startManagedBridge(t, { apiKey: ({ portal }) => portal.keys.user })
  const check = async () => (await manage('POST', 'v1/connections/docspace/shared/check')).json()
  t.match(await check(), {
    health: 'limited',
    finding: 'not-an-admin',
    remedy: /^Make the API key as an admin/,
    hidden: ['room', 'manager', 'users', 'aiagent', 'free_backup']
  })
  docspace.fail('portal-removed')
  t.match(await check(), { health: 'failing', finding: 'portal-not-found', remedy: "Check the portal's address." })
  t.match(await (await get('management', 'health/ready')).json(), {
    status: 'ready',
    checks: {
      store: 'ok',
      connections: {
        docspace: { health: 'failing', finding: 'portal-not-found', remedy: "Check the portal's address." }
      }
    }
  })
  t.match(await check(), { health: 'failing' })
  const lines = log.map(line => JSON.parse(line)).filter(({ health }) => health !== undefined)
  t.strictSame(
    lines.map(({ level, health }) => `${level} ${health}`),
    ['warn limited', 'warn failing'],
    'the log tells what is new'
  )
})

t.test('a provider without a connection in the configuration has none to check', async t => {
  const { manage } = await startManagedBridge(t)
  for (const provider of ['nobody', 'newsletter']) {
    t.match(
      await errorOf(await manage('POST', `v1/connections/${provider}/shared/check`)),
      { status: 404, code: 'PROVIDER_NOT_FOUND', wellFormed: true },
      provider
    )
  }
})

t.test('a site that is called shared is a site like any other', async t => {
  const { manage, connect, ask, docspace } = await startManagedBridge(t)
  const path = 'v1/connections/sites/shared/check'
  t.match(await errorOf(await manage('POST', path)), { status: 404, code: 'CONNECTION_NOT_FOUND' })
  await connect('shared', { url: docspace.url, apiKey: docspace.portal.keys.owner })
  t.match(await (await manage('POST', path)).json(), {
    provider: 'sites',
    instanceId: 'shared',
    health: 'ok',
    createdAt: '2026-11-22T12:00:00.000Z'
  })
  t.match(await (await manage('GET', 'v1/audit')).json(), {
    entries: [{ action: 'connection.checked', instanceId: 'shared' }, { action: 'connection.created' }]
  })
  t.equal((await bodyOf(await ask('shared'))).actionQuotaInfo.enforced, true)
})
