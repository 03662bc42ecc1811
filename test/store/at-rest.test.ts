// What lies on the disk: nothing that says which portal a site has, or what it uses.
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import t from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { migrations } from '../../src/store/migrations.ts'
import { demandKeys } from '../../src/store/refusal.ts'
import { onEachEngine } from '../helpers/engines.ts'

const HORIZON = { fetchedAt: Number.MAX_SAFE_INTEGER, markUntil: Number.MAX_SAFE_INTEGER }
const REPORT = '{"account":"https://acme.onlyoffice.com","used":2121212121}'
const [old, young] = [randomBytes(32), randomBytes(32)]
const ok = { health: 'ok' as const, finding: '', checkedAt: 5 }
const key = { provider: 'p', instanceId: 'a' }
const snapshot = { fingerprint: 'f', fetchedAt: 5, report: REPORT }

const open = (url: string, ...encryptionKeys: Buffer[]) =>
  openStore({ url, encryptionKeys, onLost: () => {}, now: () => 1000 })
const reportOf = async ({ knowledge }: Store, of = key) => (await knowledge.get(of)).snapshot

onEachEngine(({ name, newUrl }) => {
  t.test(`${name}: a report is kept encrypted, and opens for its own connection alone`, async t => {
    const url = await newUrl(t)
    const store = await open(url, old)
    t.teardown(() => store.close())
    await store.connections.put(key, {}, ok, 'ops')
    await store.knowledge.putSnapshot(key, snapshot, HORIZON)
    t.strictSame(await reportOf(store), snapshot)
    const database = openDatabase(url, () => {})
    t.teardown(() => database.close())
    const rows = await database.queries.selectFrom('snapshots').selectAll().execute()
    t.equal(rows.length, 1)
    t.notMatch(JSON.stringify(rows), /acme|2121212121/)
    await sql`update snapshots set instance_id = 'b'`.execute(database.queries)
    t.match(await reportOf(store, { ...key, instanceId: 'b' }), { report: undefined })
    await sql`update snapshots set instance_id = 'a', key_id = connections.key_id, sealed = connections.sealed
      from connections`.execute(database.queries)
    t.match(await reportOf(store), { report: undefined }, "nor does a connection's row open as one")
  })

  t.test(`${name}: a rotation takes reports along, and drops those that nothing opens`, async t => {
    const url = await newUrl(t)
    const before = await open(url, old)
    const stranger = await open(url, randomBytes(32))
    t.teardown(() => Promise.all([before.close(), stranger.close()]))
    const shared = (n: number) => ({ provider: `p${n}`, instanceId: '' })
    for (const n of [0, 1, 2, 3, 4]) await before.knowledge.putSnapshot(shared(n), snapshot, HORIZON)
    await stranger.knowledge.putSnapshot(shared(5), snapshot, HORIZON)
    const rotating = await open(url, young, old)
    t.teardown(() => rotating.close())
    t.equal(await rotating.rotation.countOldSeals(), 6)
    const first = await rotating.rotation.resealReports({ limit: 4 })
    t.match(first, { resealed: 4, unreadable: 0, last: shared(3) })
    t.match(await rotating.rotation.resealReports({ limit: 4, ...(first && { after: first.last }) }), { resealed: 1 })
    t.equal(await rotating.rotation.resealReports({ limit: 4 }), undefined)
    t.equal(await rotating.rotation.countOldSeals(), 0)
    const after = await open(url, young)
    t.teardown(() => after.close())
    t.strictSame(await reportOf(after, shared(4)), snapshot)
    t.equal(await reportOf(after, shared(5)), undefined)
    t.match(await reportOf(before, shared(4)), { report: undefined })
  })

  t.test(`${name}: reports that an earlier version left in the clear are gone after the start`, async t => {
    const url = await newUrl(t)
    const database = openDatabase(url, () => {})
    const { getMigrations } = migrations(database.engine)
    const released = Object.entries(await getMigrations()).filter(([step]) => step < '004')
    const provider = { getMigrations: async () => Object.fromEntries(released) }
    const { error } = await new Migrator({ db: database.queries, provider }).migrateToLatest()
    t.equal(error, undefined)
    await sql`insert into snapshots (provider, instance_id, fingerprint, fetched_at, report)
      values ('p', '', 'f', 5, ${REPORT})`.execute(database.queries)
    await database.close()
    const store = await open(url, old)
    t.equal(await reportOf(store, { provider: 'p', instanceId: '' }), undefined)
    await store.close()
    if (name === 'SQLite') t.notMatch(bytesBeside(url), /acme/)
  })

  t.test(
    `${name}: a store of which a large part is under other keys is not started on, unless that is wanted`,
    async t => {
      const url = await newUrl(t)
      const store = await open(url, old)
      t.teardown(() => store.close())
      t.strictSame(await demandKeys(store.rotation, false), { rows: 0, foreign: 0 })
      await store.connections.put({ provider: 'p', instanceId: 'first' }, {}, ok, 'ops')
      await store.signingKey('upgrade-links')
      await store.knowledge.putSnapshot({ provider: 'q', instanceId: '' }, snapshot, HORIZON)
      const wrong = await open(url, young)
      t.teardown(() => wrong.close())
      const refusal = { name: 'StoreRefusal', code: 'STORE_KEYS_MISSING', message: /3 of the 3 .*--force/ }
      await t.rejects(demandKeys(wrong.rotation, false), refusal)
      t.strictSame(await demandKeys(wrong.rotation, true), { rows: 3, foreign: 3 })
      const both = await open(url, young, old)
      t.teardown(() => both.close())
      t.strictSame(await demandKeys(both.rotation, false), { rows: 3, foreign: 0 })
      for (let n = 0; n < 9; n++) await wrong.connections.put({ provider: 'p', instanceId: `${n}` }, {}, ok, 'ops')
      await t.rejects(demandKeys(wrong.rotation, false), /3 of the 12/, 'a quarter is a large part')
      await wrong.connections.put({ provider: 'p', instanceId: 'last' }, {}, ok, 'ops')
      t.strictSame(await demandKeys(wrong.rotation, false), { rows: 13, foreign: 3 })
    }
  )
})

t.test('SQLite: of a removed site no byte is left in the files', async t => {
  const url = `file:${t.testdir()}/q.db`
  const store = await open(url, old)
  const gone = { provider: 'p', instanceId: 'recognisable-site' }
  await store.connections.put(gone, {}, ok, 'ops')
  await store.knowledge.putSnapshot(gone, snapshot, HORIZON)
  t.match(bytesBeside(url), /recognisable-site/)
  await store.connections.removeSite(gone.instanceId, 1000, 'wix')
  await store.close()
  t.notMatch(bytesBeside(url), /recognisable-site/)
})

/** Of a database file and whatever lies beside it. */
function bytesBeside(url: string): string {
  const folder = url.slice('file:'.length).replace(/\/[^/]+$/, '')
  return readdirSync(folder)
    .map(file => readFileSync(`${folder}/${file}`, 'latin1'))
    .join()
}
