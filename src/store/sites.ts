// One change of a site at a time, and what is under way when the site is removed.
import { randomUUID } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Audit } from './audit.ts'
import type { Engine } from './database.ts'
import { forgetKnowledge, forgetNotices } from './knowledge.ts'
import { forgetOrigins } from './origins.ts'
import { noteRemoval, olderThan } from './removals.ts'
import type { Tables } from './tables.ts'

/** A process that died leaves its saves behind; nothing takes this long. */
const SAVE_MS_MAX = 600_000
/** A save that takes its time, such as for asking the provider first. */
export interface PendingSave {
  token: string
  /** When nothing is saved after all. */
  drop(): Promise<void>
}

/**
 * Lets the changes of one site come one after the other, across replicas, until the transaction ends.
 * SQLite has one writer at a time by itself.
 */
export async function lockSite(transaction: Transaction<Tables>, engine: Engine, instanceId: string): Promise<void> {
  if (engine === 'sqlite') return
  const name = `quota-bridge site ${instanceId}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(transaction)
}

/** Notes that a save is under way, so that a removal of the site can undo it. */
export async function beginSave(db: Kysely<Tables>, instanceId: string, at: number): Promise<PendingSave> {
  const token = randomUUID()
  await db
    .deleteFrom('saves')
    .where('began_at', '<', at - SAVE_MS_MAX)
    .execute()
  await db.insertInto('saves').values({ token, instance_id: instanceId, began_at: at }).execute()
  return { token, drop: async () => void (await endSave(db, token)) }
}

/** Ends a save; says whether the site was not removed meanwhile. */
export async function endSave(db: Kysely<Tables>, token: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('saves').where('token', '=', token).executeTakeFirst()
  return numDeletedRows > 0n
}

export interface Removal {
  instanceId: string
  /** Milliseconds since 1970, of whole seconds. */
  removedAt: number
  actor: string
}

/** Drops what there was of a site when it was removed, saves under way too; gives the providers it had a connection with. */
export async function removeSite(
  transaction: Transaction<Tables>,
  audit: Audit,
  { instanceId, removedAt, actor }: Removal
): Promise<string[]> {
  const before = olderThan(removedAt)
  await noteRemoval(transaction, instanceId, removedAt)
  await transaction.deleteFrom('saves').where('instance_id', '=', instanceId).where('began_at', '<', before).execute()
  const gone = await transaction
    .deleteFrom('connections')
    .where('instance_id', '=', instanceId)
    .where('updated_at', '<', before)
    .returning('provider')
    .execute()
  const left = await transaction
    .selectFrom('connections')
    .select('provider')
    .where('instance_id', '=', instanceId)
    .execute()
  const except = left.map(({ provider }) => provider)
  await forgetKnowledge(transaction, instanceId, { except })
  await forgetNotices(transaction, instanceId, { except })
  await forgetOrigins(transaction, instanceId)
  // What is kept of a removed site is that one was removed, and when: not which.
  await audit.forget(transaction, instanceId, { before, except })
  if (gone.length > 0) await audit.write(transaction, 'site.removed', { provider: '', instanceId: '' }, actor)
  return gone.map(({ provider }) => provider)
}
