// Two replicas on one PostgreSQL: what one is told the other knows, and no site ever sees another's numbers.
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openDatabase } from '../src/store/database.ts'
import { appEvent } from './helpers/app-event.ts'
import { bodyOf, errorOf } from './helpers/bridge.ts'
import { type ManagedBridge, startManagedBridge } from './helpers/manage.ts'
import { type RunningPostgres, startPostgres } from './helpers/postgres.ts'

let postgres: RunningPostgres
t.before(async () => {
  postgres = await startPostgres(t)
})

async function startReplicas(t: Test, server = postgres): Promise<[ManagedBridge, ManagedBridge]> {
  const store = { url: await server.newDatabase() }
  const first = await startManagedBridge(t, { store })
  const second = await startManagedBridge(t, { store, sharing: first.docspace })
  // Listening takes a moment after the start.
  await sleep(300)
  return [first, second]
}

/** The rooms that a site is told of, which differ from portal to portal; undefined when it is told nothing. */
async function rooms({ ask }: ManagedBridge, instanceId: string): Promise<string | undefined> {
  return (await bodyOf(await ask(instanceId))).actionQuotaInfo.quotaInfo[0]?.quotas[0]?.currentUsage
}

/** Whether something comes true within a second, the promise for changes to reach every replica. */
async function withinASecond(holds: () => Promise<boolean>): Promise<boolean> {
  const started = performance.now()
  while (performance.now() - started < 1000) {
    if (await holds()) return true
    await sleep(10)
  }
  return false
}

/** A portal whose rooms are the given number. */
function addPortal({ docspace }: ManagedBridge, used: number) {
  const portal = docspace.addPortal('startup')
  const room = portal.scenario.quota.response.features?.find(({ id }) => id === 'room')
  if (room) Object.assign(room, { used: { value: used }, value: 10_000_000 })
  return { url: docspace.url, apiKey: portal.keys.owner }
}

t.test(
  'a connection that is saved, replaced, deleted or removed on one replica is so on the other within a second',
  async t => {
    const [here, there] = await startReplicas(t)
    const [one, two] = [addPortal(here, 111), addPortal(here, 222)]
    t.equal(await rooms(there, 'site'), undefined)
    await here.connect('site', one)
    t.ok(await withinASecond(async () => (await rooms(there, 'site')) === '111'))
    await here.connect('site', two)
    t.ok(await withinASecond(async () => (await rooms(there, 'site')) === '222'))
    await here.manage('DELETE', 'v1/connections/sites/site')
    t.ok(await withinASecond(async () => (await rooms(there, 'site')) === undefined))
    await there.connect('site', one)
    t.ok(await withinASecond(async () => (await rooms(here, 'site')) === '111'))
    await there.get('public', 'v1/app-events', {
      method: 'POST',
      body: await appEvent({ eventType: 'AppRemoved', instanceId: 'site' })
    })
    t.ok(await withinASecond(async () => (await rooms(here, 'site')) === undefined))
  }
)

t.test('a replica whose listener was lost drops what it cached meanwhile', async t => {
  const [here, there] = await startReplicas(t)
  const [one, two] = [addPortal(here, 333), addPortal(here, 444)]
  await here.connect('site', one)
  t.ok(await withinASecond(async () => (await rooms(there, 'site')) === '333'))
  const database = openDatabase(here.storeUrl, () => {})
  t.teardown(() => database.close())
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'quota-bridge listener'`.execute(
    database.queries
  )
  await here.connect('site', two)
  t.ok(await withinASecond(async () => (await rooms(there, 'site')) === '444'))
})

t.test("a site is never told another's numbers, whatever is saved, deleted and asked, and in which order", async t => {
  const [here, there] = await startReplicas(t)
  const replicas = [here, there]
  const sites = ['a', 'b', 'c', 'd']
  let portals = 1000
  /** Every number that a site's own portals ever had. */
  const own = new Map(sites.map(site => [site, new Set<string | undefined>([undefined])]))
  const step = fc.record({
    what: fc.constantFrom('connect', 'delete', 'remove', 'ask', 'ask', 'ask'),
    site: fc.constantFrom(...sites),
    replica: fc.constantFrom(0, 1),
    together: fc.boolean()
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async steps => {
      const underWay: Promise<unknown>[] = []
      for (const { what, site, replica, together } of steps) {
        const bridge = replicas[replica] ?? here
        const work = async () => {
          if (what === 'connect') {
            const number = ++portals
            own.get(site)?.add(String(number))
            await bridge.connect(site, addPortal(bridge, number))
          } else if (what === 'delete') {
            await bridge.manage('DELETE', `v1/connections/sites/${site}`)
          } else if (what === 'remove') {
            await bridge.get('public', 'v1/app-events', {
              method: 'POST',
              body: await appEvent({ eventType: 'AppRemoved', instanceId: site })
            })
          } else {
            const told = await rooms(bridge, site)
            if (!own.get(site)?.has(told)) throw new Error(`${site} was told ${told}`)
          }
        }
        const running = work()
        underWay.push(running)
        if (!together) await running
      }
      await Promise.all(underWay)
    }),
    { numRuns: 60 }
  )
  t.pass('no number but their own')
})

t.test(
  'while the database is gone, connections in memory are answered, others say so, and all recover by themselves',
  async t => {
    const own = await startPostgres(t)
    const [here] = await startReplicas(t, own)
    const one = addPortal(here, 555)
    await here.connect('site', one)
    await here.connect('cold', one)
    t.equal(await rooms(here, 'site'), '555')
    await own.stop()
    t.equal(await rooms(here, 'site'), '555', 'in memory')
    const cold = await here.ask('cold')
    t.ok(cold.headers.get('retry-after'))
    t.match(await errorOf(cold), {
      status: 503,
      code: 'QUOTA_UNAVAILABLE',
      data: { finding: 'store-unavailable' },
      wellFormed: true
    })
    t.match(await errorOf(await here.connect('new', one)), { status: 503, code: 'STORE_UNAVAILABLE', wellFormed: true })
    t.match(await errorOf(await here.manage('GET', 'v1/connections')), { status: 503, code: 'STORE_UNAVAILABLE' })
    const notReady = await here.get('management', 'health/ready')
    t.equal(notReady.status, 503)
    t.match(await notReady.json(), { status: 'not-ready', checks: { store: 'unavailable' } })
    t.equal((await here.get('public', 'health/live')).status, 200, 'but it lives')
    await own.start()
    for (let tries = 0; tries < 50 && (await here.get('management', 'health/ready')).status !== 200; tries++)
      await sleep(100)
    t.equal(await rooms(here, 'cold'), '555')
    t.equal((await here.connect('new', one)).status, 201)
  }
)
