// What is told as the matter of a database, and what as a fault of ours: from real errors of both engines.
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import { classifyPostgres, classifySqlite } from '../../src/store/store-error.ts'
import { onEachEngine } from '../helpers/engines.ts'
import { startPostgres } from '../helpers/postgres.ts'

const troubleOf = async (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    error => error.trouble ?? `ours: ${error.message}`
  )

onEachEngine(({ name, newUrl }) => {
  t.test(`${name}: a query that is wrong is our fault, one without its tables is not`, async t => {
    const database = openDatabase(await newUrl(t), error => t.fail(error.message))
    t.teardown(() => database.close())
    const ask = (text: string) => troubleOf(sql.raw(text).execute(database.queries))
    t.match(await ask('selec 1'), /^ours: .*selec/)
    t.match(await ask('select nobody from (select 1 as a) as x'), /^ours: .*nobody/)
    t.equal(await ask('select 1 from nowhere'), 'damaged')
    await sql.raw('create table once (id integer primary key)').execute(database.queries)
    await sql.raw('insert into once values (1)').execute(database.queries)
    t.match(await ask('insert into once values (1)'), /^ours: /)
    t.match(
      await troubleOf(database.queries.transaction().execute(() => Promise.reject(new Error('thought of it')))),
      'ours: thought of it'
    )
  })
})

t.test('SQLite: a full disk is told as that, by the statement and by what follows it', async t => {
  const database = openDatabase(`file:${t.testdir()}/q.db`, () => {})
  t.teardown(() => database.close())
  await sql.raw('create table texts (text text)').execute(database.queries)
  // SQLite's own error for a file that may not grow, which is that of a disk that is full.
  await sql.raw('pragma max_page_count = 10').execute(database.queries)
  const fill = () =>
    database.queries.transaction().execute(async transaction => {
      for (let row = 0; row < 100; row++) await sql`insert into texts values (${'x'.repeat(4000)})`.execute(transaction)
    })
  t.equal(await troubleOf(fill()), 'disk-full')
  await sql.raw('pragma max_page_count = 1000').execute(database.queries)
  t.equal(await troubleOf(fill()), 'none', 'and goes on when there is room')
})

t.test('SQLite: a file that is none of its own, and one that another process writes', async t => {
  const dir = t.testdir({
    'text.db': 'not a database, but a text that is long enough to be looked at as one'.repeat(20)
  })
  t.throws(() => openDatabase(`file:${dir}/text.db`, () => {}), { name: 'StoreError', trouble: 'damaged' })
  t.throws(() => openDatabase(`file:${dir}`, () => {}), { name: 'StoreError', trouble: 'damaged' })
  const [one, other] = [0, 1].map(() => openDatabase(`file:${dir}/q.db`, () => {}))
  if (!one || !other) throw new Error('not opened')
  t.teardown(() => Promise.all([one.close(), other.close()]))
  await sql.raw('create table texts (text text)').execute(one.queries)
  await one.queries.transaction().execute(async () => {
    const busy = other.queries.transaction().execute(async () => {})
    t.equal(await troubleOf(busy), 'unavailable')
  })
  t.equal(classifySqlite(5), 5)
})

t.test('PostgreSQL: by the code that the server gives', async t => {
  const postgres = await startPostgres(t)
  const url = await postgres.newDatabase()
  const database = openDatabase(url, () => {})
  const failWith = (code: string) =>
    troubleOf(sql.raw(`do $$ begin raise exception using errcode = '${code}'; end $$`).execute(database.queries))
  const codes = {
    '53100': 'disk-full',
    '53300': 'unavailable',
    '57P03': 'unavailable',
    '40001': 'unavailable',
    '55P03': 'unavailable',
    '08006': 'unavailable',
    '25006': 'read-only',
    '28P01': 'refused',
    '42501': 'refused',
    '42P01': 'damaged',
    XX001: 'damaged',
    '58030': 'damaged',
    '22021': 'ours: 22021',
    '22P02': 'ours: 22P02',
    '23505': 'ours: 23505',
    '42703': 'ours: 42703'
  }
  for (const [code, trouble] of Object.entries(codes)) t.equal(await failWith(code), trouble, code)
  // A text that no text column can hold never reaches it; if it did, that would be ours.
  t.match(await troubleOf(sql`select ${'\0'}::text`.execute(database.queries)), /^ours: invalid byte sequence/)
  const wrong = openDatabase(url.replace('postgres:postgres', 'postgres:wrong'), () => {})
  t.equal(await troubleOf(sql`select 1`.execute(wrong.queries)), 'refused')
  await wrong.close()
  await postgres.stop()
  t.equal(await troubleOf(sql`select 1`.execute(database.queries)), 'unavailable')
  await database.close()
  await postgres.start()
  t.equal(classifyPostgres(new TypeError('not a function')).name, 'TypeError')
  t.equal(classifyPostgres('thrown'), 'thrown')
  const empty = Object.assign(new Error(''), { code: 'ECONNREFUSED' })
  t.match(classifyPostgres(empty), { trouble: 'unavailable', message: 'ECONNREFUSED' })
  t.match(classifyPostgres(new Error('')), { trouble: 'unavailable', message: 'Error' })
})
