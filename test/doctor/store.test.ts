// The checks of the store, on each engine: passing and failing twins, while nothing is made or changed.
import { createHash, randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { tellTrouble } from '../../src/doctor/checks/store-reached.ts'
import { lookAtFile } from '../../src/doctor/checks/store-writable.ts'
import { openDatabase } from '../../src/store/database.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { inspectStore } from '../../src/store/inspection.ts'
import { migrations } from '../../src/store/migrations.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { ENCRYPTION_KEY } from '../helpers/bridge.ts'
import { onEachEngine } from '../helpers/engines.ts'
import { type ExamineTestOptions, examineIn, SOUND } from '../helpers/examine.ts'
import { freePort } from '../helpers/free-port.ts'
import { startPostgres } from '../helpers/postgres.ts'

const STEPS = Object.keys(await migrations('sqlite').getMigrations()).length

const OTHER_KEY = randomBytes(32).toString('base64')
const HEALTHY = { health: 'ok', finding: '', checkedAt: 0 } as const
const STORE_CHECKS = ['REACHED', 'TABLES', 'WRITABLE', 'KEYS', 'ROWS'].map(name => `QB-STORE-${name}`)

const sites = {
  type: 'docspace',
  connection: 'per-site',
  allowedHosts: ['127.0.0.1'],
  allowPrivateHosts: true
}

/** Examines a configuration with this store, and connections per site. */
function examineStore(dir: string, url: string, keys: string[] = [ENCRYPTION_KEY], options: ExamineTestOptions = {}) {
  const sections = { store: { url, encryptionKeys: keys }, providers: { ...SOUND.providers, sites } }
  return examineIn(dir, { ...options, sections: { ...sections, ...options.sections } })
}

async function open(t: Pick<Test, 'teardown'>, url: string, keys = [ENCRYPTION_KEY]): Promise<Store> {
  const encryptionKeys = keys.map(key => Buffer.from(key, 'base64'))
  const store = await openStore({ url, encryptionKeys, onLost: () => {}, now: Date.now })
  t.teardown(() => store.close())
  return store
}

const connect = (store: Store, instanceId: string, provider = 'sites') =>
  store.connections.put({ provider, instanceId }, { url: 'http://127.0.0.1:1', apiKey: 'sk-fake' }, HEALTHY, 'ops')

/** A statement past everything that knows the tables. */
async function run(url: string, statement: string): Promise<void> {
  const database = openDatabase(url, () => {})
  await sql.raw(statement).execute(database.queries)
  await database.close()
}

onEachEngine(({ name, newUrl }) => {
  t.test(`${name}: a store that is as it should be`, async t => {
    const url = await newUrl(t)
    const store = await open(t, url)
    await connect(store, 'a')
    await store.signingKey('links')
    const { one, of } = await examineStore(t.testdirName, url)
    t.match(one('QB-STORE-REACHED'), { status: 'ok', found: name === 'SQLite' ? /can be read$/ : 'PostgreSQL answers' })
    t.match(one('QB-STORE-TABLES'), { status: 'ok', found: `up to date, ${STEPS} steps` })
    t.match(one('QB-STORE-WRITABLE'), { status: 'ok', found: 'a row was written and taken back' })
    t.match(of('QB-STORE-KEYS'), [
      { status: 'ok', found: '2 of 2 rows are under the first key', details: ['1 connections', '1 signing keys'] }
    ])
    t.match(one('QB-STORE-ROWS'), { status: 'ok', found: '1 of 1 connections were looked at, all can be read' })
  })

  t.test(`${name}: nothing is stored yet, and nothing is the matter`, async t => {
    const url = await newUrl(t)
    await (await open(t, url)).close()
    const { one } = await examineStore(t.testdirName, url)
    t.match(one('QB-STORE-KEYS'), { status: 'ok', found: 'nothing is stored yet' })
    t.match(one('QB-STORE-ROWS'), { status: 'ok', found: 'no site has connected yet' })
  })

  t.test(`${name}: tables of an earlier version are told, and not brought up to date`, async t => {
    const url = await newUrl(t)
    await (await open(t, url)).close()
    await run(url, `delete from kysely_migration where name = '006-saves'`)
    const { one } = await examineStore(t.testdirName, url)
    t.match(one('QB-STORE-TABLES'), { status: 'warning', found: 'one step is still to be taken: 006-saves' })
    for (const code of ['QB-STORE-WRITABLE', 'QB-STORE-KEYS', 'QB-STORE-ROWS'])
      t.match(one(code), { status: 'skipped', found: /QB-STORE-TABLES/ })
    const again = await examineStore(t.testdirName, url)
    t.match(again.one('QB-STORE-TABLES'), { status: 'warning' }, 'nobody took it')
  })

  t.test(`${name}: a database that nobody has used has every step before it`, async t => {
    const url = await newUrl(t)
    if (name === 'SQLite') {
      mkdirSync(`${t.testdirName}/data`)
      await run(url, 'create table other (a text)')
    }
    const { one } = await examineStore(t.testdirName, url)
    t.match(one('QB-STORE-TABLES'), {
      status: 'warning',
      found: new RegExp(`^${STEPS} steps are still to be taken: 001-connections, `)
    })
  })

  t.test(`${name}: tables of a later version`, async t => {
    const url = await newUrl(t)
    await (await open(t, url)).close()
    await run(url, `insert into kysely_migration (name, timestamp) values ('999-later', '2030')`)
    const { one, result } = await examineStore(t.testdirName, url)
    t.match(one('QB-STORE-TABLES'), { status: 'failed', found: /999-later/, remedy: /Start that version again/ })
    t.equal(result.exitCode, 1)
  })

  t.test(`${name}: rows under other keys, by fingerprint`, async t => {
    const url = await newUrl(t)
    const old = await open(t, url, [OTHER_KEY])
    await connect(old, 'old')
    const store = await open(t, url)
    for (const site of ['a', 'b', 'c', 'd']) await connect(store, site)
    const both = await examineStore(t.testdirName, url, [ENCRYPTION_KEY, OTHER_KEY])
    t.match(
      both.of('QB-STORE-KEYS').filter(({ status }) => status === 'warning'),
      [
        {
          subject: /^[0-9a-f]{16}$/,
          found: '1 of 5 rows are under key 2',
          paste: [`quota-bridge rotate-keys --config ${both.result.configuration}`]
        }
      ]
    )
    t.match(both.one('QB-STORE-ROWS'), { status: 'ok' })
    const lost = await examineStore(t.testdirName, url)
    t.match(
      lost.of('QB-STORE-KEYS').filter(({ status }) => status === 'warning'),
      [{ found: '1 of 5 rows are under a key that is not configured' }]
    )
    t.match(lost.one('QB-STORE-ROWS'), {
      status: 'failed',
      found: '5 of 5 connections were looked at; 1 cannot be read',
      details: ['sites, site old']
    })
    const wrong = await examineStore(t.testdirName, url, [randomBytes(32).toString('base64')])
    t.match(
      wrong.of('QB-STORE-KEYS').map(({ status }) => status),
      ['failed', 'failed'],
      'a quarter and more is a failure'
    )
  })

  t.test(`${name}: a row that was changed, and one of a provider that is gone`, async t => {
    const url = await newUrl(t)
    const store = await open(t, url)
    await connect(store, 'a')
    await connect(store, 'b', 'former')
    t.match((await examineStore(t.testdirName, url)).one('QB-STORE-ROWS'), {
      status: 'warning',
      found: /providers that the configuration does not name/,
      details: ['former: 1']
    })
    await run(url, `update connections set sealed = 'AAAA' where instance_id = 'a'`)
    t.match((await examineStore(t.testdirName, url)).one('QB-STORE-ROWS'), {
      status: 'failed',
      details: ['sites, site a']
    })
  })

  t.test(`${name}: some rows are looked at, or all with progress`, async t => {
    const url = await newUrl(t)
    const store = await open(t, url)
    for (let site = 0; site < 120; site++) await connect(store, String(site))
    await store.connections.setHealth(
      await stored(store, '7'),
      { health: 'failing', finding: 'unreachable', checkedAt: 1 },
      'ops'
    )
    const some = await examineStore(t.testdirName, url)
    t.match(some.one('QB-STORE-ROWS'), { status: 'ok', found: /^100 of 120 connections/ })
    const progress: [number, number][] = []
    const all = await examineStore(t.testdirName, url, undefined, {
      all: true,
      onProgress: (done, total) => progress.push([done, total])
    })
    t.match(all.one('QB-STORE-ROWS'), {
      status: 'ok',
      found: '120 of 120 connections were looked at, all can be read; of 1 the last check failed'
    })
    t.strictSame(progress, [[120, 120]])
  })
})

t.test('PostgreSQL: a database that is not there, and one that is only read', async t => {
  const postgres = await startPostgres(t)
  const url = await postgres.newDatabase()
  const elsewhere = await examineStore(t.testdir(), url.replace(/[^/]*$/, 'nowhere'))
  t.match(elsewhere.one('QB-STORE-REACHED'), { status: 'failed', found: /the database refuses us/ })
  await (await open(t, url)).close()
  await run(url, "create role beggar login password 'beggar'")
  const beggar = await examineStore(t.testdir(), url.replace('postgres:postgres@', 'beggar:beggar@'))
  t.match(beggar.one('QB-STORE-REACHED'), { status: 'ok' })
  t.match(beggar.one('QB-STORE-TABLES'), { status: 'failed', found: /^the database refuses us: permission denied/ })
  await run(url, `alter database ${url.split('/').at(-1)} set default_transaction_read_only = on`)
  const standby = await examineStore(t.testdir(), url)
  t.match(standby.one('QB-STORE-REACHED'), { status: 'ok' })
  t.match(standby.one('QB-STORE-WRITABLE'), {
    status: 'failed',
    found: /cannot be written to/,
    remedy: /name the primary/
  })
})

async function stored(store: Store, instanceId: string) {
  const found = await store.connections.get({ provider: 'sites', instanceId })
  if (!found) throw new Error('it was not stored')
  return found
}

t.test('without a store, all of it is skipped', async t => {
  const { of } = await examineIn(t.testdir())
  for (const code of STORE_CHECKS) t.match(of(code), [{ status: 'skipped', found: /the configuration has no store/ }])
  const memory = await examineStore(t.testdir(), 'file::memory:')
  t.match(memory.one('QB-STORE-REACHED'), { status: 'skipped' })
  const wrong = await examineStore(t.testdir(), 'file:x.db', ['nonsense'])
  t.match(wrong.one('QB-STORE-REACHED'), { status: 'skipped', found: /store is not right \(QB-CONFIG\)/ })
  t.match(wrong.one('QB-PROVIDER-ANSWERS', 'sites'), { status: 'skipped' })
})

t.test('a database that does not answer', async t => {
  const { one } = await examineStore(t.testdir(), `postgres://postgres:geheim-geheim@127.0.0.1:${await freePort()}/x`)
  t.match(one('QB-STORE-REACHED'), {
    status: 'failed',
    found: /the database does not answer/,
    place: { path: 'store.url' }
  })
  t.match(one('QB-STORE-TABLES'), { status: 'skipped', found: /QB-STORE-REACHED/ })
  t.match(one('QB-STORE-WRITABLE'), { status: 'skipped' })
})

t.test('a file that the first start makes: whether it can be made', async t => {
  const dir = t.testdir()
  const { one } = await examineStore(dir, `file:${dir}/deep/q.db`)
  t.match(one('QB-STORE-REACHED'), { status: 'ok', found: /is not there yet; the first start makes it/ })
  t.match(one('QB-STORE-WRITABLE'), { status: 'ok', found: 'the file can be made' })
  t.match(one('QB-STORE-ROWS'), { status: 'skipped', found: /there is no store yet/ })
  t.strictSame(readdirSync(dir), ['quota-bridge.yaml'], 'it was not made')
  const system = await examineStore(dir, 'file:/proc/q.db')
  t.match(system.one('QB-STORE-WRITABLE'), { status: 'failed', found: /\/proc/ })
})

t.test('what a user may not read or write is told with who must own it', async t => {
  const dir = t.testdir({ 'q.db': '' })
  t.match(tellTrouble(new StoreError('damaged', 'unable to open'), `${dir}/gone.db`), {
    status: 'failed',
    found: /gone\.db may not be read by this user/,
    paste: [new RegExp(`^chown -R \\d+ ${dir}$`)]
  })
  t.match(
    lookAtFile(`${dir}/q.db`, path => path !== dir),
    {
      status: 'failed',
      found: `${dir} may not be written to by this user`,
      paste: [new RegExp(`^chown -R \\d+ ${dir}$`)]
    }
  )
  t.equal(lookAtFile(`${dir}/q.db`), undefined)
})

t.test('a file that is no database', async t => {
  const dir = t.testdir({ 'q.db': 'x'.repeat(8192) })
  const damaged = await examineStore(dir, `file:${dir}/q.db`)
  t.match(damaged.one('QB-STORE-REACHED'), { status: 'failed', found: /damaged/ })
  const folder = await examineStore(dir, `file:${dir}`)
  t.match(folder.one('QB-STORE-REACHED'), { status: 'failed' })
})

/** Of each file in a folder its size, time of change, number and content. */
function trace(dir: string): Record<string, unknown> {
  return Object.fromEntries(
    readdirSync(dir).map(name => {
      const { size, mtimeMs, ino } = statSync(`${dir}/${name}`)
      return [
        name,
        [
          size,
          mtimeMs,
          ino,
          createHash('sha256')
            .update(readFileSync(`${dir}/${name}`))
            .digest('hex')
        ]
      ]
    })
  )
}

t.test('SQLite: nothing is made and nothing changes, beside a service, after one, and after a crash', async t => {
  const root = t.testdir()
  const dir = `${root}/data`
  mkdirSync(dir)
  const store = await open(t, `file:${dir}/q.db`)
  await connect(store, 'a')
  const beside = trace(dir)
  t.strictSame(Object.keys(beside), ['q.db', 'q.db-shm', 'q.db-wal'])
  const meanwhile = await examineStore(root, `file:${dir}/q.db`, undefined, { all: true })
  t.match(meanwhile.one('QB-STORE-WRITABLE'), { found: 'a row was written and taken back' })
  const { 'q.db-shm': _index, ...after } = trace(dir)
  const { 'q.db-shm': _before, ...before } = beside
  t.strictSame(after, before, 'but for the index of the log, which holds locks')
  t.equal(await store.health(), 'ok', 'and the service writes on')

  await store.close()
  const closed = trace(dir)
  t.strictSame(Object.keys(closed), ['q.db'])
  const later = await examineStore(root, `file:${dir}/q.db`, undefined, { all: true })
  t.match(later.one('QB-STORE-ROWS'), { status: 'ok', found: /^1 of 1/ })
  t.match(later.one('QB-STORE-WRITABLE'), { status: 'ok', found: 'file and folder may be written to' })
  t.strictSame(trace(dir), closed)
})

t.test('SQLite: a standing log without its index is left alone', async t => {
  const root = t.testdir()
  const store = await open(t, `file:${root}/a/q.db`)
  await connect(store, 'a')
  mkdirSync(`${root}/b`)
  for (const name of ['q.db', 'q.db-wal']) copyFileSync(`${root}/a/${name}`, `${root}/b/${name}`)
  const before = trace(`${root}/b`)
  const inspection = await inspectStore({
    url: `file:${root}/b/q.db`,
    encryptionKeys: [Buffer.from(ENCRYPTION_KEY, 'base64')]
  })
  t.equal(await inspection?.tryToWrite(), false)
  await inspection?.close()
  t.strictSame(trace(`${root}/b`), before)
  rmSync(`${root}/b`, { recursive: true })
})
