// What the store says of itself: that it can be read and written, or what is the matter.
import { readdirSync, renameSync, rmSync } from 'node:fs'
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import { createHealthCheck } from '../../src/store/health.ts'
import { openStore } from '../../src/store/index.ts'
import { onEachEngine } from '../helpers/engines.ts'
import { startPostgres } from '../helpers/postgres.ts'

const options = { encryptionKeys: [Buffer.alloc(32)], onLost: () => {}, now: Date.now }
const key = { provider: 'p', instanceId: 'a' }
const ok = { health: 'ok' as const, finding: '', checkedAt: 5 }

for (const [what, befall] of Object.entries({
  deleted: (file: string) => rmSync(file),
  'deleted with all that belongs to it': (file: string) => {
    for (const ending of ['', '-wal', '-shm']) rmSync(file + ending)
  },
  'deleted but for its log': (file: string) => rmSync(`${file}-wal`),
  'replaced by another': (file: string) => {
    rmSync(file)
    openDatabase(`file:${file}.new`, () => {}).close()
    renameSync(`${file}.new`, file)
  },
  'moved away': (file: string) => renameSync(file, `${file}.old`)
}))
  t.test(`SQLite: when its file is ${what}, nothing more is acknowledged, and the store says why`, async t => {
    const dir = t.testdir()
    const file = `${dir}/q.db`
    const store = await openStore({ ...options, url: `file:${file}` })
    t.teardown(() => store.close())
    t.ok(await store.connections.put(key, {}, ok, 'ops'))
    t.equal(await store.health(), 'ok')
    befall(file)
    const told = { name: 'StoreError', trouble: 'file-replaced', message: /deleted or replaced/ }
    await t.rejects(store.connections.put(key, { n: 2 }, ok, 'ops'), told)
    await t.rejects(store.connections.remove(key, 'ops'), told)
    await t.rejects(store.knowledge.replaceMark(key, { until: 1, signature: '', refreshedAt: 0 }, undefined), told)
    await t.rejects(store.connections.get(key), told)
    t.equal(await store.health(), 'file-replaced')
    t.notOk(readdirSync(dir).includes('q.db') && what === 'deleted', 'and no new one is made')
  })

t.test('SQLite: a disk that is full is found by writing, now and then, and when there is room again', async t => {
  const database = openDatabase(`file:${t.testdir()}/q.db`, () => {})
  t.teardown(() => database.close())
  const { queries } = database
  for (const table of ['connections (a)', 'leases (until)', 'write_proof (name primary key, at)', 'fill (text)'])
    await sql.raw(`create table ${table}`).execute(queries)
  const health = createHealthCheck(queries, Date.now)
  // A row that does not fit any more: the proof is a row like any other.
  await sql
    .raw('create trigger full before insert on write_proof begin insert into fill values (zeroblob(9999)); end')
    .execute(queries)
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(queries)
  await sql.raw(`pragma max_page_count = ${rows[0]?.page_count}`).execute(queries)
  t.equal(await health(), 'disk-full')
  t.equal(await health(), 'disk-full')
  await sql.raw('pragma max_page_count = 10000').execute(queries)
  t.equal(await health(), 'ok')
  await sql.raw('drop table write_proof').execute(queries)
  t.equal(await health(), 'ok', 'writing is not tried each time')
  await sql.raw('drop table connections').execute(queries)
  t.equal(await health(), 'damaged')
  await sql.raw('create table connections (a)').execute(queries)
  await sql.raw('create table write_proof (other)').execute(queries)
  await t.rejects(health(), /no column named name/, 'what is ours is no matter of the database')
})

onEachEngine(({ name, newUrl }) => {
  t.test(`${name}: a store that can be read and written is ok, and leases that nobody let go of are gone`, async t => {
    const url = await newUrl(t)
    const database = openDatabase(url, () => {})
    t.teardown(() => database.close())
    const store = await openStore({ ...options, url })
    t.teardown(() => store.close())
    const row = { provider: 'p', holder: 'x' }
    const hourAgo = Date.now() - 3_700_000
    await database.queries
      .insertInto('leases')
      .values({ ...row, instance_id: 'old', until: hourAgo })
      .execute()
    await database.queries
      .insertInto('leases')
      .values({ ...row, instance_id: 'new', until: Date.now() })
      .execute()
    t.equal(await store.health(), 'ok')
    const left = await database.queries.selectFrom('leases').select('instance_id').execute()
    t.strictSame(
      left.map(({ instance_id: id }) => id),
      ['new']
    )
    t.equal((await database.queries.selectFrom('write_proof').selectAll().execute()).length, 1)
  })
})

t.test('PostgreSQL: a database that takes no writes is found out, and one that does again', async t => {
  const postgres = await startPostgres(t)
  const url = await postgres.newDatabase()
  const store = await openStore({ ...options, url })
  t.teardown(() => store.close())
  const admin = openDatabase(url, () => {})
  t.teardown(() => admin.close())
  const name = new URL(url).pathname.slice(1)
  const others = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`
  await sql.raw(`alter database ${name} set default_transaction_read_only = on`).execute(admin.queries)
  await sql.raw(others).execute(admin.queries)
  let health = await store.health()
  // The sessions that were ended are found out one by one.
  for (let tries = 0; tries < 20 && health === 'unavailable'; tries++) health = await store.health()
  t.equal(health, 'read-only')
  await t.rejects(store.connections.put(key, {}, ok, 'ops'), { name: 'StoreError', trouble: 'read-only' })
  await sql
    .raw(`set default_transaction_read_only = off; alter database ${name} reset default_transaction_read_only`)
    .execute(admin.queries)
  await sql.raw(others).execute(admin.queries)
  for (let tries = 0; tries < 20 && health !== 'ok'; tries++) health = await store.health()
  t.equal(health, 'ok')
})
