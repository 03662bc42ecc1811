// After a purchase: the new plan is looked for until it is seen, gently, and a report that tells only half changes nothing.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { type BridgeOptions, bodyOf, errorOf } from '../helpers/bridge.ts'
import { movableClock } from '../helpers/clock.ts'
import { type ManagedBridge, startManagedBridge } from '../helpers/manage.ts'
import { startPostgres } from '../helpers/postgres.ts'

const KEPT = { freshFor: '60s', patience: '200ms', keepFor: '24h', deadline: '800ms' }
const MINUTE = 60_000
const SITE = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'

async function startConnected(t: Test, options: BridgeOptions = {}) {
  const clock = movableClock()
  const bridge = await startManagedBridge(t, {
    sites: KEPT,
    now: clock.now,
    server: { publicUrl: 'https://quota.example.com' },
    ...options
  })
  const portal = bridge.docspace.addPortal('startup')
  await bridge.connect(SITE, { url: bridge.docspace.url, apiKey: portal.keys.owner })
  return {
    ...bridge,
    clock,
    portal,
    plan: () => planOf(bridge),
    buy: () => {
      portal.scenario = bridge.docspace.addPortal('business').scenario
    },
    /** How the quota calls since the last look were made. */
    refreshes: () =>
      bridge.docspace.calls
        .splice(0)
        .filter(({ endpoint }) => endpoint === 'quota')
        .map(({ refresh }) => refresh)
  }
}

async function planOf({ ask }: ManagedBridge) {
  const answer = await ask(SITE)
  if (answer.status !== 200) return { status: answer.status }
  const [group] = (await bodyOf(answer)).actionQuotaInfo.quotaInfo
  const [quota] = group?.quotas ?? []
  return {
    status: 200,
    name: group?.plans[0]?.name,
    plans: group?.plans.length,
    renews: quota?.renewalDate,
    tooltip: quota?.additionalInfo?.description,
    used: quota?.currentUsage,
    age: answer.headers.get('age'),
    cache: answer.headers.get('cache-status'),
    link: new URL(group?.upgradeCta?.url ?? 'http://none').pathname.slice(1)
  }
}

t.test('a report without the tariff does not end the search for a new plan', async t => {
  const { plan, buy, clock, docspace, get } = await startConnected(t)
  const { link = '' } = await plan()
  await get('public', link, { redirect: 'manual' })
  clock.move(6000)
  docspace.fail('status-500', 'tariff')
  t.match(await plan(), { name: 'Startup' })
  docspace.fail(undefined)
  buy()
  clock.move(6000)
  t.match(await plan(), { name: 'Business' }, 'numbers still count as old after 5 s')
})

t.test('a report without the tariff keeps what the last whole one told, as long as the plan is the same', async t => {
  const { plan, buy, clock, docspace, portal, service, storeUrl } = await startConnected(t)
  buy()
  const whole = await plan()
  t.match(whole, { name: 'Business', renews: /^2026-12-05/, age: '0' })
  clock.move(2 * MINUTE)
  docspace.fail('status-500', 'tariff')
  const room = portal.scenario.quota.response.features?.find(({ id }) => id === 'room')
  Object.assign(room ?? {}, { used: { value: 48 } })
  t.match(
    await plan(),
    { used: '48', renews: whole.renews, age: '120', tooltip: /12:00 UTC/, cache: /detail=partial/ },
    'the new usage beside the old date, with the age of the older one'
  )
  docspace.fail('status-500')
  await service.close()
  clock.move(2 * MINUTE)
  const restarted = await startManagedBridge(t, {
    store: { url: storeUrl },
    sites: KEPT,
    now: clock.now,
    sharing: docspace
  })
  t.match(await planOf(restarted), { used: '48', renews: whole.renews, age: '240' }, 'and so it was stored')
})

t.test('of another plan a report without the tariff keeps nothing', async t => {
  const { plan, buy, clock, docspace, portal } = await startConnected(t)
  buy()
  t.match(await plan(), { renews: /^2026-12-05/ })
  clock.move(2 * MINUTE)
  docspace.fail('status-500', 'tariff')
  portal.scenario = docspace.addPortal('startup').scenario
  t.match(await plan(), { name: 'Startup', renews: undefined, age: '0' })
})

t.test('opening the link again and again asks past the cache no more often, and changes nothing', async t => {
  const postgres = await startPostgres(t)
  const { plan, clock, get, refreshes, log } = await startConnected(t, { store: { url: await postgres.newDatabase() } })
  const { link = '' } = await plan()
  refreshes()
  for (let second = 0; second < 30; second++) {
    await Promise.all([get('public', link, { redirect: 'manual' }), get('public', link, { redirect: 'manual' })])
    await plan()
    // What PostgreSQL has to say about it arrives on its own time.
    await sleep(20)
    clock.move(1000)
  }
  const asked = refreshes()
  t.equal(asked.filter(refresh => refresh).length, 3)
  t.ok(asked.length <= 6, `${asked.length} fetches in 30 s: numbers are fresh for 5 s`)
  t.notMatch(log.join(''), /the database does not answer/)
})

t.test('a mark that another replica sets while this one loads is not lost', async t => {
  const postgres = await startPostgres(t)
  const clock = movableClock()
  const store = { url: await postgres.newDatabase() }
  const here = await startManagedBridge(t, { store, sites: KEPT, now: clock.now })
  const there = await startManagedBridge(t, { store, sites: KEPT, now: clock.now, sharing: here.docspace })
  const { docspace, connect, manage } = here
  const portal = docspace.addPortal('startup')
  await connect(SITE, { url: docspace.url, apiKey: portal.keys.owner })
  t.match(await planOf(here), { name: 'Startup' })
  await sleep(300)

  const client = new Client({ connectionString: store.url })
  await client.connect()
  await client.query('begin; lock table snapshots in access exclusive mode')
  const loading = planOf(there)
  await sleep(60)
  t.equal((await manage('POST', `v1/connections/sites/${SITE}/refresh`)).status, 204)
  await sleep(60)
  await client.query('commit')
  await client.end()
  await loading
  portal.scenario = docspace.addPortal('business').scenario
  clock.move(6000)
  t.match(await planOf(there), { name: 'Business' })
})

t.test('an upgrade link ends with the answer it stood in', async t => {
  const { plan, clock, get } = await startConnected(t)
  const { link = '' } = await plan()
  clock.move(23 * 60 * MINUTE)
  t.equal((await get('public', link, { redirect: 'manual' })).status, 303)
  clock.move(2 * 60 * MINUTE)
  const answer = await get('public', link, { redirect: 'manual', headers: { accept: 'application/json' } })
  t.match(await errorOf(answer), { status: 404, code: 'UPGRADE_NOT_FOUND' })
})

t.test('an upgrade link whose connection no key opens any more leads nowhere', async t => {
  const { plan, clock, service, storeUrl, docspace } = await startConnected(t)
  const { link = '' } = await plan()
  await service.close()
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(storeUrl.slice('file:'.length))
  database.exec("update connections set sealed = 'AAAA'")
  database.close()
  const { get } = await startManagedBridge(t, {
    store: { url: storeUrl },
    sites: KEPT,
    now: clock.now,
    sharing: docspace,
    server: { publicUrl: 'https://quota.example.com' }
  })
  const answer = await get('public', link, { redirect: 'manual', headers: { accept: 'application/json' } })
  t.match(await errorOf(answer), { status: 404, code: 'UPGRADE_NOT_FOUND' })
})

t.test("each group's button leads to that group's page", async t => {
  const group = (id: string) => ({
    plans: [{ id, name: id }],
    quotas: [{ feature: id, name: id, used: 1, limit: 5 }],
    upgradeUrl: `https://example.com/${id}`
  })
  const { call, get } = await startManagedBridge(t, {
    server: { publicUrl: 'https://quota.example.com' },
    providers: { shop: { type: 'static', groups: [group('mail'), group('sms')] } },
    actions: { both: { provider: 'shop' } }
  })
  const { actionQuotaInfo } = await bodyOf(await call('both'))
  const places = await Promise.all(
    actionQuotaInfo.quotaInfo.map(async ({ upgradeCta }) => {
      const path = new URL(upgradeCta?.url ?? 'http://none').pathname.slice(1)
      return (await get('public', path, { redirect: 'manual' })).headers.get('location')
    })
  )
  t.strictSame(places, ['https://example.com/mail', 'https://example.com/sms'])
})
