// The same tests over both engines: SQLite in a file, and a real PostgreSQL.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import type { ConnectionKey } from '../../src/store/connection-key.ts'
import { openDatabase } from '../../src/store/database.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { type RunningPostgres, startPostgres } from '../helpers/postgres.ts'

/** No time in these tests lies beyond it. */
const HORIZON = { fetchedAt: Number.MAX_SAFE_INTEGER, markUntil: Number.MAX_SAFE_INTEGER }
const keys = [randomBytes(32)]
const ok = { health: 'ok' as const, finding: '', checkedAt: 5 }
const site = (instanceId: string, provider = 'docspace'): ConnectionKey => ({ provider, instanceId })

interface Engine {
  name: string
  newUrl(t: Test): Promise<string>
}

async function open(t: Test, url: string, encryptionKeys = keys, now = () => 1000): Promise<Store> {
  const store = await openStore({ url, encryptionKeys, onLost: () => {}, now })
  t.teardown(() => store.close())
  return store
}

function suite(engine: Engine) {
  t.test(
    `${engine.name}: a connection is kept encrypted, found by its provider and site, and gone when deleted`,
    async t => {
      const url = await engine.newUrl(t)
      const { connections } = await open(t, url)
      t.equal(await connections.get(site('a')), undefined)
      const first = await connections.put(site('a'), { url: 'u', apiKey: 'recognisable' }, ok, 'ops')
      t.match(first, { created: true, stored: { connection: { url: 'u' } } })
      const second = await connections.put(site('a'), { url: 'v', apiKey: 'recognisable' }, ok, 'ops')
      t.strictSame(second, { created: false, stored: await connections.get(site('a')) })
      t.strictSame(await connections.get(site('a')), {
        provider: 'docspace',
        instanceId: 'a',
        connection: { url: 'v', apiKey: 'recognisable' },
        health: 'ok',
        finding: '',
        checkedAt: 5,
        createdAt: 1000,
        updatedAt: 1000
      })
      t.equal(await connections.get(site('a', 'other')), undefined)
      t.equal(await connections.get(site('A')), undefined)
      const raw = await rows(t, url)
      t.notMatch(JSON.stringify(raw), 'recognisable')
      t.equal(await connections.remove(site('a'), 'ops'), true)
      t.equal(await connections.remove(site('a'), 'ops'), false)
      t.equal(await connections.get(site('a')), undefined)
    }
  )

  t.test(`${engine.name}: a row copied to another site does not decrypt`, async t => {
    const url = await engine.newUrl(t)
    const { connections } = await open(t, url)
    await connections.put(site('a'), { apiKey: 'x' }, ok, 'ops')
    const database = openDatabase(url, () => {})
    await sql`update connections set instance_id = 'b'`.execute(database.queries)
    await database.close()
    t.equal((await connections.get(site('b')))?.connection, undefined)
    t.match(
      await connections.list({ limit: 5 }),
      [{ instanceId: 'b', connection: undefined }],
      'and hides no other row'
    )
  })

  t.test(`${engine.name}: lists are in order, in pages, by provider and by health`, async t => {
    const { connections } = await open(t, await engine.newUrl(t))
    for (const id of ['c', 'B', 'a', 'ä', 'b'])
      await connections.put(site(id), {}, id === 'b' ? { ...ok, health: 'failing', finding: 'timeout' } : ok, 'ops')
    await connections.put(site('a', 'another'), {}, ok, 'ops')
    const ids = async (filter: object) =>
      (await connections.list({ limit: 10, ...filter })).map(({ provider, instanceId }) => `${provider} ${instanceId}`)
    t.strictSame(await ids({}), ['another a', 'docspace B', 'docspace a', 'docspace b', 'docspace c', 'docspace ä'])
    t.strictSame(await ids({ limit: 2 }), ['another a', 'docspace B'])
    t.strictSame(await ids({ limit: 2, after: site('B') }), ['docspace a', 'docspace b'])
    t.strictSame(await ids({ provider: 'another' }), ['another a'])
    t.strictSame(await ids({ health: 'failing' }), ['docspace b'])
    t.strictSame(await ids({ after: site('ä') }), [])
  })

  t.test(`${engine.name}: what no key opens is failing in every list, also among pages of others`, async t => {
    const url = await engine.newUrl(t)
    const old = await open(t, url, [randomBytes(32)])
    for (const id of ['a', 'b', 'c']) await old.connections.put(site(id), {}, ok, 'ops')
    const { connections } = await open(t, url)
    for (const id of ['d', 'e', 'f', 'g']) await connections.put(site(id), {}, ok, 'ops')
    const database = openDatabase(url, () => {})
    await sql`update connections set sealed = 'AAAA' where instance_id in ('d', 'e')`.execute(database.queries)
    await database.close()
    const list = async (filter: object) =>
      (await connections.list({ limit: 2, ...filter })).map(({ instanceId, finding }) => `${instanceId} ${finding}`)
    t.strictSame(await list({ health: 'ok' }), ['f ', 'g '])
    t.strictSame(await list({ health: 'failing' }), ['a connection-unreadable', 'b connection-unreadable'])
    t.strictSame(await list({ health: 'failing', after: site('b') }), ['c connection-unreadable'])
    t.strictSame(await list({ after: site('c') }), ['d connection-unreadable', 'e connection-unreadable'])
  })

  t.test(`${engine.name}: every change leaves an audit row, the newest first`, async t => {
    const { connections, audit } = await open(t, await engine.newUrl(t))
    await connections.put(site('a'), {}, ok, 'ops')
    await connections.put(site('a'), {}, ok, 'ci')
    const stored = await connections.get(site('a'))
    if (stored) await connections.setHealth(stored, { health: 'failing', finding: 'timeout', checkedAt: 9 }, 'ops')
    t.match(await connections.get(site('a')), { health: 'failing', finding: 'timeout', checkedAt: 9 })
    await connections.remove(site('a'), 'ops')
    const entries = await audit.list({ limit: 10 })
    t.strictSame(
      entries.map(({ action, actor }) => [action, actor]),
      [
        ['connection.deleted', 'ops'],
        ['connection.checked', 'ops'],
        ['connection.replaced', 'ci'],
        ['connection.created', 'ops']
      ]
    )
    t.match(entries[0], { at: 1000, provider: 'docspace', instanceId: 'a' })
    const [newest] = entries
    t.equal((await audit.list({ limit: 1, before: newest?.id ?? 0 }))[0]?.action, 'connection.checked')
  })

  t.test(`${engine.name}: the finding of a check does not fall on a connection that was saved meanwhile`, async t => {
    let at = 1
    const { connections } = await open(t, await engine.newUrl(t), keys, () => at++)
    await connections.put(site('a'), {}, ok, 'ops')
    const before = await connections.get(site('a'))
    await connections.put(site('a'), {}, ok, 'ops')
    if (before) await connections.setHealth(before, { health: 'failing', finding: 'timeout', checkedAt: 9 }, 'ops')
    t.match(await connections.get(site('a')), { health: 'ok' })
  })

  t.test(`${engine.name}: a removed site leaves nothing that names it`, async t => {
    const url = await engine.newUrl(t)
    const { connections, knowledge, leases } = await open(t, url)
    await connections.put(site('gone'), {}, ok, 'ops')
    await connections.put(site('gone', 'other'), {}, ok, 'ops')
    await connections.put(site('stays'), {}, ok, 'ops')
    await knowledge.putSnapshot(site('gone'), { fingerprint: 'f', fetchedAt: 1, report: '{}' }, HORIZON)
    await knowledge.replaceMark(site('gone'), undefined, { until: 1, signature: '', refreshedAt: 0 })
    await leases.take(site('gone'), 60_000)
    t.match(JSON.stringify(await rows(t, url)), /"fingerprint":"f".*"until":1/)
    t.equal(await connections.removeSite('gone', 1000, 'wix'), 2)
    await knowledge.putSnapshot(site('gone'), { fingerprint: 'f', fetchedAt: 2, report: '{}' }, HORIZON)
    t.equal(await connections.removeSite('gone', 1000, 'wix'), 0, 'again: nothing happens')
    t.notMatch(JSON.stringify(await rows(t, url)), 'gone')
    t.equal((await connections.list({ limit: 10 })).length, 1)
  })

  t.test(`${engine.name}: keys are rotated while connections change`, async t => {
    const url = await engine.newUrl(t)
    const { connections, rotation } = await open(t, url)
    for (let i = 0; i < 25; i++) await connections.put(site(`s${i}`), { i }, ok, 'ops')
    const rotating = await open(t, url, [randomBytes(32), ...keys])
    t.equal(await rotating.rotation.countOldSeals(), 25)
    await rotating.connections.put(site('s3'), { i: 'new' }, ok, 'ops')
    let next = await rotating.rotation.reseal({ limit: 10 })
    t.match(next, { resealed: 10, unreadable: 0 })
    while (next)
      [next] = await Promise.all([
        rotating.rotation.reseal({ after: next.last, limit: 10 }),
        rotating.connections.put(site('s4'), { i: 'newer' }, ok, 'ops')
      ])
    t.equal(await rotating.rotation.countOldSeals(), 0)
    t.strictSame((await rotating.connections.get(site('s3')))?.connection, { i: 'new' })
    t.strictSame((await rotating.connections.get(site('s4')))?.connection, { i: 'newer' })
    t.strictSame((await rotating.connections.get(site('s24')))?.connection, { i: 24 })
    t.equal((await connections.get(site('s24')))?.connection, undefined, 'the old key alone opens nothing any more')
    t.match(
      await rotation.reseal({ limit: 100 }),
      { resealed: 0, unreadable: 25 },
      'nor can it be rotated back without the new one'
    )
  })

  t.test(`${engine.name}: a shared key is one for all replicas, outlives them, and follows the rotation`, async t => {
    const url = await engine.newUrl(t)
    const [here, there] = [await open(t, url), await open(t, url)]
    const key = await here.signingKey('upgrade-links')
    t.equal(key.length, 32)
    t.strictSame(await there.signingKey('upgrade-links'), key)
    t.notSame(await there.signingKey('another'), key)
    const young = randomBytes(32)
    const rotating = await open(t, url, [young, ...keys])
    t.strictSame(await rotating.rotation.resealSigningKeys(), { resealed: 2, unreadable: 0 }, 'by rotate-keys')
    t.strictSame(
      await here.rotation.resealSigningKeys(),
      { resealed: 0, unreadable: 2 },
      'the old key alone opens nothing any more'
    )
    t.strictSame(
      await rotating.rotation.resealSigningKeys(),
      { resealed: 0, unreadable: 0 },
      'a second run finds nothing to do'
    )
    t.strictSame(await rotating.signingKey('upgrade-links'), key)
    const rotated = await open(t, url, [young])
    t.strictSame(await rotated.signingKey('upgrade-links'), key)
    const stranger = await open(t, url, [randomBytes(32)])
    const made = await stranger.signingKey('upgrade-links')
    t.notSame(made, key, 'one that nothing opens is made anew')
    t.strictSame(await stranger.signingKey('upgrade-links'), made)
  })

  t.test(`${engine.name}: several replicas may start at once, and start again`, async t => {
    const url = await engine.newUrl(t)
    const stores = await Promise.all(Array.from({ length: 5 }, () => open(t, url)))
    await stores[0]?.connections.put(site('a'), { n: 1 }, ok, 'ops')
    t.strictSame((await stores[4]?.connections.get(site('a')))?.connection, { n: 1 })
    t.equal(await stores[1]?.health(), 'ok')
    t.strictSame((await (await open(t, url)).connections.get(site('a')))?.connection, { n: 1 })
  })

  t.test(`${engine.name}: of many saves at once for one site one wins, whole`, async t => {
    const { connections } = await open(t, await engine.newUrl(t))
    await Promise.all(Array.from({ length: 20 }, (_, n) => connections.put(site('a'), { n, again: n }, ok, 'ops')))
    const { connection } = (await connections.get(site('a'))) ?? {}
    t.ok(
      typeof connection === 'object' &&
        connection &&
        'n' in connection &&
        'again' in connection &&
        connection.n === connection.again
    )
  })

  t.test(`${engine.name}: the process itself hears of its changes, after they happened`, async t => {
    const { connections, changes } = await open(t, await engine.newUrl(t))
    const heard: unknown[] = []
    changes.subscribe(key => key && heard.push(key))
    await connections.put(site('a'), {}, ok, 'ops')
    t.match(heard, [site('a')])
    await connections.removeSite('a', 1000, 'wix')
    t.match(heard.at(-1), site('a'))
  })
}

/** Everything in the tables, as it lies there. */
async function rows(t: Test, url: string): Promise<unknown> {
  const database = openDatabase(url, () => {})
  t.teardown(() => database.close())
  return [
    await database.queries.selectFrom('connections').selectAll().execute(),
    await database.queries.selectFrom('audit').selectAll().execute(),
    await database.queries.selectFrom('snapshots').selectAll().execute(),
    await database.queries.selectFrom('marks').selectAll().execute(),
    await database.queries.selectFrom('leases').selectAll().execute()
  ]
}

suite({ name: 'SQLite', newUrl: async t => `file:${t.testdir()}/data/quota-bridge.db` })

let postgres: RunningPostgres
t.before(async () => {
  postgres = await startPostgres(t)
})
suite({ name: 'PostgreSQL', newUrl: () => postgres.newDatabase() })

t.test('PostgreSQL: another replica hears of a change within a second, and a lost listener takes up again', async t => {
  const url = await postgres.newDatabase()
  const [here, there] = [await open(t, url), await open(t, url)]
  const heard: (ConnectionKey | undefined)[] = []
  there.changes.subscribe(key => heard.push(key))
  const until = async (found: () => boolean) => {
    for (let waited = 0; waited < 3000 && !found(); waited += 20) await sleep(20)
    return found()
  }
  t.ok(await until(() => heard.length > 0), 'it listens, and starts from nothing')
  const started = performance.now()
  await here.connections.put(site('a'), {}, ok, 'ops')
  t.ok(await until(() => heard.some(key => key?.instanceId === 'a')))
  t.ok(performance.now() - started < 1000)

  heard.length = 0
  const database = openDatabase(url, () => {})
  t.teardown(() => database.close())
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'quota-bridge listener'`.execute(
    database.queries
  )
  t.ok(await until(() => heard.includes(undefined)), 'after the loss everything may have changed')
  await here.connections.put(site('b'), {}, ok, 'ops')
  t.ok(await until(() => heard.some(key => key?.instanceId === 'b')))

  await sql`select pg_notify('quota_bridge', 'nonsense')`.execute(database.queries)
  await sql`select pg_notify('quota_bridge', '{"provider":5}')`.execute(database.queries)
  t.ok(
    await until(() => heard.filter(key => key === undefined).length >= 3),
    'a word nobody understands means: anything'
  )
})

t.test('PostgreSQL: when it is gone the store says so, and works again when it is back', async t => {
  const own = await startPostgres(t)
  const lost: Error[] = []
  const store = await openStore({
    url: await own.newDatabase(),
    encryptionKeys: keys,
    onLost: error => lost.push(error),
    now: Date.now
  })
  t.teardown(() => store.close())
  await store.connections.put(site('a'), { n: 1 }, ok, 'ops')
  await own.stop()
  t.equal(await store.health(), 'unavailable')
  await t.rejects(store.connections.get(site('a')), { name: 'StoreError', trouble: 'unavailable' })
  t.ok(lost.length > 0)
  await own.start()
  for (let tries = 0; tries < 50 && (await store.health()) !== 'ok'; tries++) await sleep(100)
  t.strictSame((await store.connections.get(site('a')))?.connection, { n: 1 })
})

t.test('a database that never answers ends the start with its error', async t => {
  await t.rejects(
    openStore({ url: 'postgres://127.0.0.1:9/none', encryptionKeys: keys, onLost: () => {}, now: Date.now }),
    { name: 'StoreError', trouble: 'unavailable', message: /ECONNREFUSED/ }
  )
})

t.test('SQLite: a migration that fails leaves nothing behind', async t => {
  const dir = t.testdir()
  const database = openDatabase(`file:${dir}/x.db`, () => {})
  await sql`create table audit (id integer)`.execute(database.queries)
  await database.close()
  await t.rejects(
    openStore({ url: `file:${dir}/x.db`, encryptionKeys: keys, onLost: () => {}, now: Date.now }),
    /already exists/
  )
  const after = openDatabase(`file:${dir}/x.db`, () => {})
  t.teardown(() => after.close())
  await t.rejects(sql`select 1 from connections`.execute(after.queries), /no such table/)
})

t.test('SQLite stores texts and numbers alone, and says so', async t => {
  const database = openSqlite(`${t.testdir()}/x.db`)
  t.teardown(() => database.close())
  t.throws(() => database.prepare('select ?').all([new Date()]), /SQLite stores no object/)
  t.strictSame(
    [...database.prepare('select ? as a').iterate([null])].map(row => Object(row).a),
    [null]
  )
})
