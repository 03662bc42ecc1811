// The sites' own connections: kept encrypted, changed together with the audit row that tells of the change.
import type { Kysely, Selectable, Transaction } from 'kysely'
import { type Audit, SERVICE_ACTOR } from './audit.ts'
import type { Changes } from './changes.ts'
import type { ConnectionKey } from './connection-key.ts'
import type { Engine } from './database.ts'
import type { Keyring } from './encryption.ts'
import { type Health, inHealth, readHealth } from './healths.ts'
import { forgetKnowledge, forgetNotices } from './knowledge.ts'
import { type Permit, usePermit } from './permit.ts'
import { isAfter, openConnection, sealConnection } from './sealed.ts'
import { beginSave, endSave, lockSite, type PendingSave, removeSite } from './sites.ts'
import type { ConnectionsTable, Tables } from './tables.ts'

export { HEALTHS, type Health, readHealth } from './healths.ts'

/** The finding about a connection that no configured key opens. */
export const UNREADABLE = 'connection-unreadable'

export interface HealthReport {
  health: Health
  /** Why it is not ok; empty when it is. */
  finding: string
  /** Milliseconds since 1970; 0 when never. */
  checkedAt: number
  /** When the credentials end, in milliseconds since 1970; absent where they never do, or nobody has told. */
  expiresAt?: number
}

export interface StoredConnection extends ConnectionKey, HealthReport {
  /** Decrypted, not yet checked against the adapter's schema; undefined when no configured key opens it: it is failing then. */
  connection: unknown
  createdAt: number
  updatedAt: number
}

export interface ListFilter {
  provider?: string
  /** In its canonical form. */
  instanceId?: string
  health?: Health
  /** Only what comes after this one. */
  after?: ConnectionKey
  limit: number
}

export interface Connections {
  get(key: ConnectionKey): Promise<StoredConnection | undefined>
  /** In the order of provider and site. */
  list(filter: ListFilter): Promise<StoredConnection[]>
  /** Notes that a save is under way, whose `put` is void when the site is removed before it. */
  beginSave(key: ConnectionKey): Promise<PendingSave>
  /**
   * Saves a connection; gives undefined, and saves nothing, when the save it belongs to is void.
   * @throws what the permit refuses with; nothing is saved then
   */
  put(
    key: ConnectionKey,
    connection: unknown,
    health: HealthReport,
    actor: string,
    save?: PendingSave,
    permit?: Permit
  ): Promise<SavedConnection | undefined>
  /**
   * Notes what a check found, unless the connection was changed meanwhile; gives what is stored now. In the audit stands
   * every check that somebody asked for, and of those that the service makes by itself what changes something.
   */
  setHealth(checked: StoredConnection, health: HealthReport, actor: string): Promise<StoredConnection | undefined>
  /** Says whether there was one. */
  remove(key: ConnectionKey, actor: string): Promise<boolean>
  /**
   * Forgets everything about a site, but what was saved after it was removed; gives how many connections went.
   * `removedAt` is in milliseconds since 1970, of whole seconds: within that second the removal came last.
   */
  removeSite(instanceId: string, removedAt: number, actor: string): Promise<number>
}

export interface SavedConnection {
  stored: StoredConnection
  /** Whether the site had none. */
  created: boolean
}

export interface ConnectionsOptions {
  db: Kysely<Tables>
  engine: Engine
  keyring: Keyring
  changes: Changes
  audit: Audit
  /** Milliseconds since 1970. */
  now: () => number
}

export function createConnections({ db, engine, keyring, changes, audit, now }: ConnectionsOptions): Connections {
  function read(row: Selectable<ConnectionsTable>): StoredConnection {
    const { provider, instance_id: instanceId } = row
    const connection = openConnection(keyring, row)
    const isReadable = connection !== undefined
    return {
      provider,
      instanceId,
      connection,
      health: isReadable ? readHealth(row.health) : 'failing',
      finding: isReadable ? row.finding : UNREADABLE,
      checkedAt: row.checked_at,
      createdAt: row.created_at,
      updatedAt: row.updated_at
    }
  }

  /** A change of a site, its audit row and the word to the other replicas: all of it or nothing, and one after the other. */
  async function change<Result>(
    instanceId: string,
    work: (transaction: Transaction<Tables>, changed: (key: ConnectionKey) => void) => Promise<Result>
  ): Promise<Result> {
    const keys: ConnectionKey[] = []
    const result = await db.transaction().execute(async transaction => {
      await lockSite(transaction, engine, instanceId)
      const outcome = await work(transaction, key => keys.push(key))
      for (const key of keys) await changes.notify(transaction, key)
      return outcome
    })
    for (const key of keys) changes.deliver(key)
    await Promise.all(keys.map(key => changes.tellOthers(key)))
    return result
  }

  const rowOf = (from: Kysely<Tables>, { provider, instanceId }: ConnectionKey) =>
    from
      .selectFrom('connections')
      .selectAll()
      .where('provider', '=', provider)
      .where('instance_id', '=', instanceId)
      .executeTakeFirst()

  return {
    async get(key) {
      const row = await rowOf(db, key)
      return row && read(row)
    },

    async list({ provider, instanceId, health, after, limit }) {
      const found: StoredConnection[] = []
      for (let last = after; ; ) {
        let query = db.selectFrom('connections').selectAll().orderBy('provider').orderBy('instance_id').limit(limit)
        if (provider !== undefined) query = query.where('provider', '=', provider)
        if (instanceId !== undefined) query = query.where('instance_id', '=', instanceId)
        if (health !== undefined) query = query.where(inHealth(health, keyring.keyIds))
        if (last) query = query.where(isAfter(last))
        const rows = (await query.execute()).map(read)
        // A row that was tampered with shows only when it is opened.
        found.push(...rows.filter(row => health === undefined || row.health === health))
        last = rows.at(-1)
        if (found.length >= limit || rows.length < limit) return found.slice(0, limit)
      }
    },

    beginSave: ({ instanceId }) => beginSave(db, instanceId, now()),

    put: (key, connection, { health, finding, checkedAt, expiresAt = 0 }, actor, save, permit) =>
      change(key.instanceId, async (transaction, changed) => {
        if (save && !(await endSave(transaction, save.token))) return undefined
        const { provider, instanceId } = key
        const before = await rowOf(transaction, key)
        const at = now()
        const known = { instanceId, before: before && read(before), at }
        if (permit && !(await usePermit(transaction, permit, known))) return undefined
        const row = {
          provider,
          instance_id: instanceId,
          ...sealConnection(keyring, key, connection),
          health,
          finding,
          checked_at: checkedAt,
          expires_at: expiresAt,
          created_at: before?.created_at ?? at,
          updated_at: at
        }
        await transaction
          .insertInto('connections')
          .values(row)
          .onConflict(conflict => conflict.columns(['provider', 'instance_id']).doUpdateSet(row))
          .execute()
        // Numbers that were read with another connection are not this one's.
        await forgetKnowledge(transaction, instanceId, { only: provider })
        await audit.write(transaction, before ? 'connection.replaced' : 'connection.created', key, actor)
        changed(key)
        return { stored: read(row), created: !before }
      }),

    setHealth: (checked, { health, finding, checkedAt, expiresAt = 0 }, actor) =>
      change(checked.instanceId, async transaction => {
        const row = await rowOf(transaction, checked)
        if (!row) return undefined
        const { provider, instanceId } = checked
        const stored = read(row)
        // Not by the ciphertext, which rotate-keys changes.
        const isSame =
          stored.updatedAt === checked.updatedAt &&
          JSON.stringify(stored.connection) === JSON.stringify(checked.connection)
        if (!isSame) return stored
        await transaction
          .updateTable('connections')
          .set({ health, finding, checked_at: checkedAt, expires_at: expiresAt })
          .where('provider', '=', provider)
          .where('instance_id', '=', instanceId)
          .execute()
        const isNew = health !== stored.health || finding !== stored.finding
        if (isNew || actor !== SERVICE_ACTOR)
          await audit.write(transaction, 'connection.checked', { provider, instanceId }, actor)
        return { ...stored, health, finding, checkedAt }
      }),

    remove: (key, actor) =>
      change(key.instanceId, async (transaction, changed) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('connections')
          .where('provider', '=', key.provider)
          .where('instance_id', '=', key.instanceId)
          .executeTakeFirst()
        if (numDeletedRows === 0n) return false
        await forgetKnowledge(transaction, key.instanceId, { only: key.provider })
        await forgetNotices(transaction, key.instanceId, { only: key.provider })
        await audit.write(transaction, 'connection.deleted', key, actor)
        changed(key)
        return true
      }),

    removeSite: (instanceId, removedAt, actor) =>
      change(instanceId, async (transaction, changed) => {
        const gone = await removeSite(transaction, audit, { instanceId, removedAt, actor })
        for (const provider of gone) changed({ provider, instanceId })
        return gone.length
      })
  }
}
