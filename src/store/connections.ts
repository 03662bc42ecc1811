// The sites' own connections: kept encrypted, changed together with the audit row that tells of the change.
import { type Expression, expressionBuilder, type Kysely, type SqlBool, type Transaction } from 'kysely'
import type { Audit } from './audit.ts'
import type { Changes } from './changes.ts'
import type { ConnectionKey } from './connection-key.ts'
import type { Keyring } from './encryption.ts'
import { forgetKnowledge } from './knowledge.ts'
import { isAfter, openConnection, sealConnection } from './sealed-connection.ts'
import type { ConnectionsTable, Tables } from './tables.ts'

/** `limited`: it works, but tells less than it should. */
export type Health = 'ok' | 'limited' | 'failing' | 'unchecked'
export const HEALTHS: readonly Health[] = ['ok', 'limited', 'failing', 'unchecked']

/** The finding about a connection that no configured key opens. */
export const UNREADABLE = 'connection-unreadable'

export interface HealthReport {
  health: Health
  /** Why it is not ok; empty when it is. */
  finding: string
  /** Milliseconds since 1970; 0 when never. */
  checkedAt: number
}

export interface StoredConnection extends ConnectionKey, HealthReport {
  /** Decrypted, not yet checked against the adapter's schema; undefined when no configured key opens it: it is failing then. */
  connection: unknown
  createdAt: number
  updatedAt: number
}

export interface ListFilter {
  provider?: string
  health?: Health
  /** Only what comes after this one. */
  after?: ConnectionKey
  limit: number
}

export interface Connections {
  get(key: ConnectionKey): Promise<StoredConnection | undefined>
  /** In the order of provider and site. */
  list(filter: ListFilter): Promise<StoredConnection[]>
  /** Saves a connection; says whether it is a new one. */
  put(key: ConnectionKey, connection: unknown, health: HealthReport, actor: string): Promise<{ created: boolean }>
  /** Notes what a check found, unless the connection was changed meanwhile. */
  setHealth(stored: StoredConnection, health: HealthReport, actor: string): Promise<void>
  /** Says whether there was one. */
  remove(key: ConnectionKey, actor: string): Promise<boolean>
  /** Forgets everything about a site; gives how many connections it had. */
  removeSite(instanceId: string, actor: string): Promise<number>
}

export interface ConnectionsOptions {
  db: Kysely<Tables>
  keyring: Keyring
  changes: Changes
  audit: Audit
  /** Milliseconds since 1970. */
  now: () => number
}

export function createConnections({ db, keyring, changes, audit, now }: ConnectionsOptions): Connections {
  function read(row: ConnectionsTable): StoredConnection {
    const { provider, instance_id: instanceId } = row
    const connection = openConnection(keyring, row)
    const isReadable = connection !== undefined
    return {
      provider,
      instanceId,
      connection,
      health: isReadable ? (HEALTHS.find(health => health === row.health) ?? 'unchecked') : 'failing',
      finding: isReadable ? row.finding : UNREADABLE,
      checkedAt: row.checked_at,
      createdAt: row.created_at,
      updatedAt: row.updated_at
    }
  }

  /** A change, its audit row and the word to the other replicas: all of it or nothing. */
  async function change<Result>(
    work: (transaction: Transaction<Tables>, changed: (key: ConnectionKey) => void) => Promise<Result>
  ): Promise<Result> {
    const keys: ConnectionKey[] = []
    const result = await db.transaction().execute(async transaction => {
      const outcome = await work(transaction, key => keys.push(key))
      for (const key of keys) await changes.notify(transaction, key)
      return outcome
    })
    for (const key of keys) changes.deliver(key)
    return result
  }

  return {
    async get({ provider, instanceId }) {
      const row = await db
        .selectFrom('connections')
        .selectAll()
        .where('provider', '=', provider)
        .where('instance_id', '=', instanceId)
        .executeTakeFirst()
      return row && read(row)
    },

    async list({ provider, health, after, limit }) {
      const found: StoredConnection[] = []
      for (let last = after; ; ) {
        let query = db.selectFrom('connections').selectAll().orderBy('provider').orderBy('instance_id').limit(limit)
        if (provider !== undefined) query = query.where('provider', '=', provider)
        if (health !== undefined) query = query.where(inHealth(health, keyring.keyIds))
        if (last) query = query.where(isAfter(last))
        const rows = (await query.execute()).map(read)
        // A row that was tampered with shows only when it is opened.
        found.push(...rows.filter(row => health === undefined || row.health === health))
        last = rows.at(-1)
        if (found.length >= limit || rows.length < limit) return found.slice(0, limit)
      }
    },

    put: (key, connection, { health, finding, checkedAt }, actor) =>
      change(async (transaction, changed) => {
        const at = now()
        const values = {
          ...sealConnection(keyring, key, connection),
          health,
          finding,
          checked_at: checkedAt,
          updated_at: at
        }
        const { provider, instanceId } = key
        const updated = await transaction
          .updateTable('connections')
          .set(values)
          .where('provider', '=', provider)
          .where('instance_id', '=', instanceId)
          .executeTakeFirst()
        const created = updated.numUpdatedRows === 0n
        if (created) {
          await transaction
            .insertInto('connections')
            .values({ provider, instance_id: instanceId, created_at: at, ...values })
            // Two first saves at once: the later one wins, as it would a moment later.
            .onConflict(conflict => conflict.columns(['provider', 'instance_id']).doUpdateSet(values))
            .execute()
        }
        // Numbers that were read with another connection are not this one's.
        await forgetKnowledge(transaction, instanceId, provider)
        await audit.write(transaction, created ? 'connection.created' : 'connection.replaced', key, actor)
        changed(key)
        return { created }
      }),

    setHealth: ({ provider, instanceId, updatedAt }, { health, finding, checkedAt }, actor) =>
      change(async transaction => {
        await transaction
          .updateTable('connections')
          .set({ health, finding, checked_at: checkedAt })
          .where('provider', '=', provider)
          .where('instance_id', '=', instanceId)
          .where('updated_at', '=', updatedAt)
          .execute()
        await audit.write(transaction, 'connection.checked', { provider, instanceId }, actor)
      }),

    remove: (key, actor) =>
      change(async (transaction, changed) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('connections')
          .where('provider', '=', key.provider)
          .where('instance_id', '=', key.instanceId)
          .executeTakeFirst()
        if (numDeletedRows === 0n) return false
        await forgetKnowledge(transaction, key.instanceId, key.provider)
        await audit.write(transaction, 'connection.deleted', key, actor)
        changed(key)
        return true
      }),

    removeSite: (instanceId, actor) =>
      change(async (transaction, changed) => {
        const rows = await transaction
          .deleteFrom('connections')
          .where('instance_id', '=', instanceId)
          .returning('provider')
          .execute()
        await forgetKnowledge(transaction, instanceId)
        // What is kept of a removed site is that one was removed, and when: not which.
        await audit.forget(transaction, instanceId)
        if (rows.length > 0) await audit.write(transaction, 'site.removed', { provider: '', instanceId: '' }, actor)
        for (const { provider } of rows) changed({ provider, instanceId })
        return rows.length
      })
  }
}

/** What no configured key opens is failing, whatever was found when it could be read. */
function inHealth(health: Health, keyIds: readonly string[]): Expression<SqlBool> {
  const { eb, and, or } = expressionBuilder<Tables, 'connections'>()
  const told = eb('health', '=', health)
  return health === 'failing' ? or([told, eb('key_id', 'not in', keyIds)]) : and([told, eb('key_id', 'in', keyIds)])
}
