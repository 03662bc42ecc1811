// Every call to the database is told, with what it was, how long it took and what was the matter.
import { rmSync } from 'node:fs'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import type { StoreCall } from '../../src/store/calls.ts'
import { migrate, OF_A_SERVICE, openDatabase } from '../../src/store/database.ts'
import { onEachEngine } from '../helpers/engines.ts'

async function open(t: Test, url: string) {
  const calls: StoreCall[] = []
  const database = openDatabase(
    url,
    () => {},
    OF_A_SERVICE,
    call => calls.push(call)
  )
  t.teardown(() => database.close())
  const told = () => calls.splice(0).map(({ operation, table }) => `${operation} ${table ?? '-'}`)
  return { ...database, calls, told, database }
}

onEachEngine(({ name, newUrl }) => {
  t.test(
    `what is asked of ${name} is told by its operation and its table, a transaction with its beginning and end`,
    async t => {
      const { queries, calls, told, database } = await open(t, await newUrl(t))
      await migrate(database)
      t.ok(calls.every(({ ms, engine }) => ms >= 0 && engine === (name === 'SQLite' ? 'sqlite' : 'postgres')))
      told()
      const connect = name === 'SQLite' ? [] : ['connect -']
      const lease = { provider: 'p', instance_id: 's', holder: 'h', until: 1 }
      await queries.transaction().execute(async transaction => {
        await transaction.insertInto('leases').values(lease).execute()
        await transaction.updateTable('leases').set({ until: 2 }).execute()
      })
      t.strictSame(told(), [...connect, 'begin -', 'insert leases', 'update leases', 'commit -'])
      await queries.selectFrom('leases as held').selectAll().execute()
      await queries.deleteFrom('leases').execute()
      await sql`select 1`.execute(queries)
      t.strictSame(told(), [...connect, 'select -', ...connect, 'delete leases', ...connect, 'select -'])
    }
  )

  t.test(`a fault of ours in what is asked of ${name} is told as one`, async t => {
    const { queries, calls } = await open(t, await newUrl(t))
    await t.rejects(sql`selekt 1`.execute(queries))
    t.match(calls.at(-1), { operation: 'other', failure: 'internal' })
  })
})

t.test('what is the matter with the database is told with the call that met it', async t => {
  const dir = t.testdir()
  const { queries, calls, database } = await open(t, `file:${dir}/q.db`)
  await migrate(database)
  rmSync(`${dir}/q.db`)
  await t.rejects(queries.selectFrom('leases').selectAll().execute())
  t.match(calls.at(-1), { operation: 'select', table: 'leases', failure: 'file-replaced' })
})

t.test('a connection that is not to be had is told as the wait for it', async t => {
  const { queries, calls } = await open(t, 'postgres://postgres@127.0.0.1:9/none')
  await t.rejects(queries.selectFrom('leases').selectAll().execute())
  t.match(calls, [{ engine: 'postgres', operation: 'connect', failure: 'unavailable' }])
})
