// When a start waits for its database, and when it does not.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import t from 'tap'
import { openStore } from '../../src/store/index.ts'
import { startPostgres } from '../helpers/postgres.ts'

const options = { encryptionKeys: [Buffer.alloc(32)], now: Date.now }

t.test('a PostgreSQL without a free connection is waited for', async t => {
  const postgres = await startPostgres(t)
  const url = await postgres.newDatabase()
  const name = new URL(url).pathname.slice(1)
  const admin = new Client({ connectionString: url })
  await admin.connect()
  await admin.query(`create role few login password 'few' connection limit 3`)
  await admin.query(`grant all on schema public to few; grant all on database ${name} to few`)
  await admin.end()
  const asFew = url.replace('postgres:postgres', 'few:few')
  const others = [1, 2, 3].map(() => new Client({ connectionString: asFew }))
  for (const other of others) await other.connect()

  const reasons: string[] = []
  const started = performance.now()
  const opening = openStore({ ...options, url: asFew, onLost: ({ message }) => reasons.push(message) })
  await sleep(1500)
  for (const other of others) await other.end()
  const store = await opening
  t.teardown(() => store.close())
  t.equal(await store.health(), 'ok')
  t.ok(performance.now() - started >= 1400)
  t.match(reasons[0], /too many connections/)
})

t.test('for no longer than it is told, and not at all for what will be so in a moment too', async t => {
  const postgres = await startPostgres(t)
  const url = await postgres.newDatabase()
  const admin = new Client({ connectionString: url })
  await admin.connect()
  await admin.query(`create role nobody login password 'nobody' connection limit 0`)
  await admin.end()
  const open = (change: (url: string) => string) =>
    openStore({ ...options, url: change(url), onLost: () => {}, startTimeoutMs: 600 })
  await t.rejects(
    open(text => text.replace('postgres:postgres', 'nobody:nobody')),
    { name: 'StoreError', trouble: 'unavailable' }
  )
  await t.rejects(
    open(text => text.replace('postgres:postgres', 'postgres:wrong')),
    { name: 'StoreError', trouble: 'refused' }
  )
  await t.rejects(
    open(text => `${text}_of_nobody`),
    { name: 'StoreError', trouble: 'refused' }
  )
})
