// What is the matter with the database is told as what it is: by readiness, by answers, and in the log.
import { rmSync } from 'node:fs'
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import { errorOf } from '../helpers/bridge.ts'
import { onEachEngine } from '../helpers/engines.ts'
import { startManagedBridge } from '../helpers/manage.ts'
import { startPostgres } from '../helpers/postgres.ts'

t.test('a database file that is deleted makes the service not ready, and nothing more is acknowledged', async t => {
  const { connect, get, ask, docspace, storeUrl, log } = await startManagedBridge(t)
  const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
  await connect('known', connection)
  t.equal((await ask('known')).status, 200)
  t.match(await (await get('management', 'health/ready')).json(), { status: 'ready', checks: { store: 'ok' } })
  rmSync(storeUrl.slice('file:'.length))
  t.match(await errorOf(await connect('new', connection)), {
    status: 503,
    code: 'STORE_UNAVAILABLE',
    data: { trouble: 'file-replaced' },
    wellFormed: true
  })
  for (const _ of ['once', 'again']) {
    const ready = await get('management', 'health/ready')
    t.equal(ready.status, 503)
    t.match(await ready.json(), { status: 'not-ready', checks: { store: 'file-replaced' } })
  }
  t.equal(log.filter(line => line.includes('not ready: the database file was deleted or replaced')).length, 1)
  t.equal((await ask('known')).status, 200, 'what is in memory is answered')
  t.match(await errorOf(await ask('unknown')), { status: 503, data: { finding: 'store-unavailable' } })
  t.notMatch(log.join(''), 'does not answer')
})

t.test('a full disk of the database is told as that', async t => {
  const postgres = await startPostgres(t)
  const { connect, docspace, storeUrl, log } = await startManagedBridge(t, {
    store: { url: await postgres.newDatabase() },
    sites: { freshFor: '0s', keepFor: '24h' }
  })
  const database = openDatabase(storeUrl, () => {})
  t.teardown(() => database.close())
  // With the code that a server with a full disk gives; npm run attack fills a real one.
  await sql
    .raw(
      `create function no_room() returns trigger language plpgsql as
        $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
      create trigger no_room before insert on connections for each row execute function no_room()`
    )
    .execute(database.queries)
  const answer = await connect('site', { url: docspace.url, apiKey: docspace.portal.keys.owner })
  t.match(await answer.clone().json(), { message: /the disk of the database is full/ })
  t.match(await errorOf(answer), { status: 503, data: { trouble: 'disk-full' }, wellFormed: true })
  t.match(log.join(''), /the disk of the database is full/)
  t.match(log.join(''), /No space left on device/)
})

onEachEngine(({ name, newUrl }) => {
  t.test(`${name}: a fault of ours is told as ours`, async t => {
    const bridge = await startManagedBridge(t, {
      store: { url: await newUrl(t) },
      sites: { freshFor: '0s', keepFor: '24h' }
    })
    const { connect, manage, ask, get, docspace, storeUrl, log } = bridge
    const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
    await connect('site', connection)
    const database = openDatabase(storeUrl, () => {})
    t.teardown(() => database.close())
    // As a query of ours would fail that names a column which is not there.
    await sql.raw('alter table connections rename column sealed to closed').execute(database.queries)
    await sql.raw('alter table snapshots rename column sealed to closed').execute(database.queries)
    const internal = { status: 500, code: 'INTERNAL', wellFormed: true }
    t.match(await errorOf(await connect('site', connection)), internal)
    t.match(await errorOf(await ask('site')), internal)
    t.match(await errorOf(await manage('PUT', 'v1/connections/sites/site', connection)), internal)
    t.equal((await get('management', 'health/ready')).status, 200)
    t.match(log.join(''), /"level":"error".*"msg":"internal error"/)
    t.notMatch(log.join(''), 'does not answer')
  })
})
