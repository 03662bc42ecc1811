// The audit of an export on its way into a store: in its own order, and among what is there already in the order of time.
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Engine } from '../database.ts'
import { findRemovals } from '../removals.ts'
import type { Tables } from '../tables.ts'
import { countOf } from './read.ts'
import type { RecordOf } from './records.ts'

export interface AuditImport {
  add(records: readonly RecordOf<'audit'>[]): Promise<void>
  /** Ends it; gives how many rows are new. */
  end(): Promise<number>
}

/** Into a store without an audit of its own. */
export function appendAudit(transaction: Transaction<Tables>): AuditImport {
  let added = 0
  return {
    async add(records) {
      const rows = await rowsOf(transaction, records)
      if (rows.length > 0) await transaction.insertInto('audit').values(rows).execute()
      added += rows.length
    },
    end: async () => added
  }
}

/** Of a store that nothing is put into: how many rows the file has for it. */
export function countAudit(transaction: Transaction<Tables>): AuditImport {
  let counted = 0
  return {
    async add(records) {
      counted += (await rowsOf(transaction, records)).length
    },
    end: async () => counted
  }
}

/** Rows of the file, while they wait for all others; the table is gone before the transaction ends. */
const WAITING = 'audit_of_import'
const SORTED = 'audit_in_order'
type WithWaiting = Tables & { [WAITING]: Tables['audit'] }

/** Into a store with an audit of its own. Rows get new numbers; one that both have stays once, however often that is done. */
export async function mergeAudit(transaction: Transaction<Tables>, engine: Engine): Promise<AuditImport> {
  const text = sql.raw(engine === 'postgres' ? 'text collate "C"' : 'text')
  const id = sql.raw(engine === 'postgres' ? 'bigint generated always as identity primary key' : 'integer primary key')
  await sql`create table ${sql.table(WAITING)} (id ${id}, at bigint not null, actor ${text} not null,
    action ${text} not null, provider ${text} not null, instance_id ${text} not null)`.execute(transaction)
  const waiting: Kysely<WithWaiting> = transaction.withTables<{ [WAITING]: Tables['audit'] }>()
  return {
    async add(records) {
      const rows = await rowsOf(transaction, records)
      if (rows.length > 0) await waiting.insertInto(WAITING).values(rows).execute()
    },
    async end() {
      const before = await countOf(transaction, 'audit')
      await sort(transaction)
      for (const table of [WAITING, SORTED]) await sql`drop table ${sql.table(table)}`.execute(transaction)
      return (await countOf(transaction, 'audit')) - before
    }
  }
}

/** Rows that name a site from which the app was removed since are forgotten. */
async function rowsOf(transaction: Transaction<Tables>, records: readonly RecordOf<'audit'>[]) {
  const isRemoved = await findRemovals(
    transaction,
    records.map(({ instanceId }) => instanceId)
  )
  return records
    .filter(({ instanceId, at }) => !isRemoved(instanceId, at))
    .map(({ kind: _kind, instanceId, ...row }) => ({ ...row, instance_id: instanceId }))
}

/** What happened twice in one millisecond, in one audit, stays twice. */
async function sort(transaction: Transaction<Tables>): Promise<void> {
  const row = sql.raw('at, actor, action, provider, instance_id')
  const numbered = (table: string) =>
    sql`select ${row}, id, row_number() over (partition by ${row} order by id) as copy from ${sql.table(table)}`
  await sql`create table ${sql.table(SORTED)} as select ${row}, min(id) as place
    from (${numbered('audit')} union all ${numbered(WAITING)}) as both_audits group by ${row}, copy`.execute(
    transaction
  )
  await sql`delete from audit`.execute(transaction)
  await sql`insert into audit (${row}) select ${row} from ${sql.table(SORTED)} order by at, place`.execute(transaction)
}
