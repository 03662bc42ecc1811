// Snapshots outlive the process that fetched them, and a plan that may have changed is looked for.
import t from 'tap'
import { bodyOf, errorOf } from '../helpers/bridge.ts'
import { movableClock } from '../helpers/clock.ts'
import { startManagedBridge } from '../helpers/manage.ts'

const KEPT = { freshFor: '60s', patience: '200ms', keepFor: '24h', deadline: '800ms' }
const MINUTE = 60_000

t.test('a restart with DocSpace down still answers from the store, with the age told', async t => {
  const clock = movableClock()
  const store = { url: `file:${t.testdir()}/q.db` }
  const first = await startManagedBridge(t, { store, sites: KEPT, docspace: KEPT, now: clock.now })
  await first.connect('site', { url: first.docspace.url, apiKey: first.docspace.portal.keys.owner })
  const told = await bodyOf(await first.ask('site'))
  await bodyOf(await first.call('create-room'))
  await first.service.close()
  clock.move(5 * MINUTE)
  first.docspace.fail('status-503')
  const second = await startManagedBridge(t, {
    store,
    sites: KEPT,
    docspace: KEPT,
    now: clock.now,
    sharing: first.docspace
  })
  const answer = await second.ask('site')
  t.equal(answer.headers.get('age'), '300')
  const later = await bodyOf(answer)
  t.equal(
    later.actionQuotaInfo.quotaInfo[0]?.quotas[0]?.currentUsage,
    told.actionQuotaInfo.quotaInfo[0]?.quotas[0]?.currentUsage
  )
  t.match(later.actionQuotaInfo.quotaInfo[0]?.quotas[0]?.additionalInfo?.description, /12:00 UTC/)
  t.equal((await second.call('create-room')).headers.get('age'), '300', 'a shared connection too')
})

t.test('a snapshot of another connection, or one that cannot be read, is not shown', async t => {
  const clock = movableClock()
  const store = { url: `file:${t.testdir()}/q.db` }
  const first = await startManagedBridge(t, { store, docspace: KEPT, now: clock.now })
  await bodyOf(await first.call('create-room'))
  await first.service.close()
  first.docspace.fail('status-503')
  const other = await startManagedBridge(t, {
    store,
    docspace: KEPT,
    now: clock.now,
    sharing: first.docspace,
    apiKey: ({ portal }) => portal.keys.admin
  })
  t.match(await errorOf(await other.call('create-room')), { status: 503 })
  await other.service.close()
  const { DatabaseSync } = await import('node:sqlite')
  for (const damage of ["'{half'", "'{}'"]) {
    const database = new DatabaseSync(store.url.slice('file:'.length))
    database.exec(`update snapshots set sealed = ${damage}`)
    database.close()
    const third = await startManagedBridge(t, { store, docspace: KEPT, now: clock.now, sharing: first.docspace })
    t.match(await errorOf(await third.call('create-room')), { status: 503 }, damage)
    await third.service.close()
  }
})

t.test('after the upgrade link is followed and the plan changes, the next call shows the new plan', async t => {
  const clock = movableClock()
  const bridge = await startManagedBridge(t, {
    sites: KEPT,
    now: clock.now,
    server: { publicUrl: 'https://quota.example.com/' }
  })
  const { docspace, connect, ask, get } = bridge
  const portal = docspace.addPortal('startup')
  await connect('site', { url: docspace.url, apiKey: portal.keys.owner })
  const plan = async () => {
    const [group] = (await bodyOf(await ask('site'))).actionQuotaInfo.quotaInfo
    return { name: group?.plans[0]?.name, link: group?.upgradeCta?.url ?? '' }
  }
  const { name, link } = await plan()
  t.equal(name, 'Startup')
  t.match(link, /^https:\/\/quota\.example\.com\/v1\/upgrade\/[\w-]+\.[\w-]+\.[\w-]+$/)
  const followed = await get('public', new URL(link).pathname.slice(1), { redirect: 'manual' })
  t.equal(followed.status, 303)
  t.equal(followed.headers.get('location'), `${docspace.url}/portal-settings/payments/portal-payments`)

  clock.move(4000)
  t.equal((await plan()).name, 'Startup', 'fresh for 5 s')
  portal.scenario = docspace.addPortal('business').scenario
  clock.move(2000)
  docspace.calls.length = 0
  t.equal((await plan()).name, 'Business')
  t.ok(
    docspace.calls.every(({ refresh }) => refresh),
    'asked past the cache'
  )
  docspace.calls.length = 0
  clock.move(6000)
  await plan()
  t.equal(docspace.calls.length, 0, 'the plan is another one, so all is as before')
})

t.test('while nothing changes, the cache is passed by at most every 10 s, and after half an hour no more', async t => {
  const clock = movableClock()
  const { docspace, connect, ask, manage } = await startManagedBridge(t, { sites: KEPT, now: clock.now })
  await connect('site', { url: docspace.url, apiKey: docspace.portal.keys.owner })
  await ask('site')
  t.equal((await manage('POST', 'v1/connections/sites/site/refresh')).status, 204)
  docspace.calls.length = 0
  for (let calls = 0; calls < 4; calls++) {
    clock.move(6000)
    await ask('site')
  }
  const refreshes = docspace.calls.filter(({ endpoint }) => endpoint === 'quota').map(({ refresh }) => refresh)
  t.strictSame(refreshes, [true, false, true, false])
  clock.move(31 * MINUTE)
  docspace.calls.length = 0
  await ask('site')
  clock.move(6000)
  await ask('site')
  t.strictSame(
    docspace.calls.filter(({ endpoint }) => endpoint === 'quota').map(({ refresh }) => refresh),
    [false]
  )
})

t.test('a mark that is set before anything was fetched waits for a plan other than the first', async t => {
  const clock = movableClock()
  const { docspace, connect, ask, manage } = await startManagedBridge(t, { sites: KEPT, now: clock.now })
  const portal = docspace.addPortal('startup')
  await connect('site', { url: docspace.url, apiKey: portal.keys.owner })
  await manage('POST', 'v1/connections/sites/site/refresh')
  const refreshes: boolean[] = []
  for (const scenario of ['startup', 'startup', 'business', 'business'] as const) {
    portal.scenario = docspace.addPortal(scenario).scenario
    docspace.calls.length = 0
    await ask('site')
    refreshes.push(docspace.calls.some(({ refresh }) => refresh))
    clock.move(11_000)
  }
  t.strictSame(refreshes, [true, true, true, false])
})

const JSON_WANTED = { accept: 'application/json' }

t.test('an upgrade link that we did not sign, or whose site is gone, leads nowhere', async t => {
  const bridge = await startManagedBridge(t, { sites: KEPT, server: { publicUrl: 'https://quota.example.com' } })
  const { docspace, connect, ask, get, manage } = bridge
  await connect('site', { url: docspace.url, apiKey: docspace.portal.keys.owner })
  const link = (await bodyOf(await ask('site'))).actionQuotaInfo.quotaInfo[0]?.upgradeCta?.url ?? ''
  const path = new URL(link).pathname.slice(1)
  const [header, , signature] = path.replace('v1/upgrade/', '').split('.')
  const forged = Buffer.from(JSON.stringify({ provider: 'sites', instanceId: 'another' })).toString('base64url')
  for (const token of [
    'nonsense',
    `${header}.${forged}.${signature}`,
    `${path}x`.replace('v1/upgrade/', ''),
    'https%3A%2F%2Fevil.example'
  ]) {
    t.match(
      await errorOf(await get('public', `v1/upgrade/${token}`, { redirect: 'manual', headers: JSON_WANTED })),
      { status: 404, code: 'UPGRADE_NOT_FOUND', wellFormed: true },
      token
    )
  }
  await manage('DELETE', 'v1/connections/sites/site')
  t.equal((await get('public', path, { redirect: 'manual' })).status, 404)
})
