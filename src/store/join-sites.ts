// A migration: sites whose ids were stored in several cases become one. What it says of tables is how they were then.
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { canonicalSite } from './connection-key.ts'

interface Row {
  provider: string
  instance_id: string
  created_at: number
  updated_at: number
}

/** A step that needs no key: a sealed connection goes on naming the site as it was written when it was sealed. */
export function joinSites(text: RawBuilder<unknown>): (db: Kysely<unknown>) => Promise<void> {
  return async db => {
    await sql`alter table connections add column sealed_for ${text} not null default ''`.execute(db)
    // The one that was saved last comes last, and stays.
    const { rows } = await sql<Row>`select provider, instance_id, created_at, updated_at from connections
      where instance_id <> lower(instance_id) order by updated_at, instance_id`.execute(db)
    for (const row of rows.filter(isOdd)) await joinConnection(db, row)
    // What was known is fetched anew.
    for (const table of ['snapshots', 'marks', 'leases']) {
      for (const id of await oddIds(db, table))
        await sql`delete from ${sql.table(table)} where instance_id = ${id}`.execute(db)
    }
    for (const id of await oddIds(db, 'audit'))
      await sql`update audit set instance_id = ${canonicalSite(id)} where instance_id = ${id}`.execute(db)
  }
}

async function joinConnection(db: Kysely<unknown>, row: Row): Promise<void> {
  const { provider, instance_id: id, created_at, updated_at } = row
  const site = canonicalSite(id)
  const { rows } = await sql<Row>`select provider, instance_id, created_at, updated_at from connections
    where provider = ${provider} and instance_id = ${site}`.execute(db)
  const [other] = rows
  const createdAt = Math.min(created_at, other?.created_at ?? created_at)
  if (other && other.updated_at > updated_at) {
    await sql`delete from connections where provider = ${provider} and instance_id = ${id}`.execute(db)
    await sql`update connections set created_at = ${createdAt} where provider = ${provider} and instance_id = ${site}`.execute(
      db
    )
    return
  }
  await sql`delete from connections where provider = ${provider} and instance_id = ${site}`.execute(db)
  await sql`update connections set instance_id = ${site}, sealed_for = ${id}, created_at = ${createdAt}
    where provider = ${provider} and instance_id = ${id}`.execute(db)
}

async function oddIds(db: Kysely<unknown>, table: string): Promise<string[]> {
  const { rows } = await sql<Row>`select distinct instance_id from ${sql.table(table)}
    where instance_id <> lower(instance_id)`.execute(db)
  return rows.filter(isOdd).map(({ instance_id: id }) => id)
}

function isOdd({ instance_id: id }: Pick<Row, 'instance_id'>): boolean {
  return canonicalSite(id) !== id
}
