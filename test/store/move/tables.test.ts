// Of each table it is decided whether it moves.
import { sql } from 'kysely'
import t from 'tap'
import { migrate, openDatabase } from '../../../src/store/database.ts'

const MOVE = ['audit', 'connections', 'keys', 'marks', 'removals']
const STAY = {
  snapshots: 'reports are fetched anew, and are bound to settings that may be others there',
  leases: 'who asks at this moment',
  saves: 'a save under way ends where it began',
  notices: 'what webhooks were told: whoever listens to the new place may hear it once more',
  one_uses: 'which tokens were used: they end within the hour, and are signed for the old place',
  origins: 'which site is a copy of which: an offer of the page for connecting',
  write_proof: 'says that this database could be written',
  kysely_migration: 'the target takes the steps itself',
  kysely_migration_lock: 'as above'
}

t.test('every table moves, or it is said why it stays', async t => {
  const database = openDatabase(`file:${t.testdir()}/q.db`, () => {})
  t.teardown(() => database.close())
  await migrate(database)
  const { rows } = await sql<{ name: string }>`select name from sqlite_schema where type = 'table'`.execute(
    database.queries
  )
  const names = rows.map(({ name }) => name).filter(name => !name.startsWith('sqlite_'))
  t.strictSame(names.sort(), [...MOVE, ...Object.keys(STAY)].sort())
})
