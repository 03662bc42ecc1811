// What is known about each connection, for restarts and other replicas: its last report, and the mark that its plan may have changed.
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Changes } from './changes.ts'
import { type ConnectionKey, SHARED } from './connection-key.ts'
import type { Engine } from './database.ts'
import type { Keyring } from './encryption.ts'
import { openReport, sealReport } from './sealed.ts'
import type { SnapshotsTable, Tables } from './tables.ts'

export interface StoredSnapshot {
  /** Of the connection and the settings it was fetched with. */
  fingerprint: string
  /** Milliseconds since 1970. */
  fetchedAt: number
  /** JSON. */
  report: string
}

/** As it is found: a report that no configured key opens, or that belongs to another connection, is undefined. */
export type FoundSnapshot = Omit<StoredSnapshot, 'report'> & { report: string | undefined }

/** That a plan may have changed. */
export interface Mark {
  /** Until when, in milliseconds since 1970. */
  until: number
  /** The plan as it was; a report with another one ends the mark. Empty when it was not known. */
  signature: string
  /** When the upstream's own caches were last passed by. */
  refreshedAt: number
}

/** Times beyond these, in milliseconds since 1970, are another clock's: what bears them says nothing. */
export interface Horizon {
  fetchedAt: number
  markUntil: number
}

export interface KnowledgeRows {
  get(key: ConnectionKey): Promise<{ snapshot?: FoundSnapshot; mark?: Mark }>
  /** Keeps a snapshot, unless a newer one is kept or the site's connection is gone. */
  putSnapshot(key: ConnectionKey, snapshot: StoredSnapshot, horizon: Horizon): Promise<void>
  /** Sets a mark and tells the other replicas, unless one lives at the time `at` or the site's connection is gone; says whether it did. */
  addMark(key: ConnectionKey, mark: Mark, at: number, horizon: Horizon): Promise<boolean>
  /** Puts a mark in the place of another, or with undefined ends it; one that was set meanwhile stays. */
  replaceMark(key: ConnectionKey, before: Mark | undefined, after: Mark | undefined): Promise<void>
}

export interface KnowledgeRowsOptions {
  db: Kysely<Tables>
  engine: Engine
  keyring: Keyring
  changes: Changes
}

export function createKnowledgeRows({ db, engine, keyring, changes }: KnowledgeRowsOptions): KnowledgeRows {
  return {
    async get(key) {
      const { provider, instanceId } = key
      const row = (table: 'snapshots' | 'marks') =>
        db.selectFrom(table).where('provider', '=', provider).where('instance_id', '=', instanceId)
      const [snapshot, mark] = await Promise.all([
        row('snapshots').selectAll().executeTakeFirst(),
        row('marks').select(['until', 'signature', 'refreshed_at as refreshedAt']).executeTakeFirst()
      ])
      return { ...(snapshot && { snapshot: readSnapshot(keyring, snapshot) }), ...(mark && { mark: { ...mark } }) }
    },

    async putSnapshot(key, { fingerprint, fetchedAt, report }, horizon) {
      const { provider, instanceId } = key
      await db.transaction().execute(async transaction => {
        if (!(await holdConnection(transaction, engine, key))) return
        const values = { fingerprint, fetched_at: fetchedAt, ...sealReport(keyring, key, report) }
        await transaction
          .insertInto('snapshots')
          .values({ provider, instance_id: instanceId, ...values })
          .onConflict(conflict =>
            conflict
              .columns(['provider', 'instance_id'])
              .doUpdateSet(values)
              .where(({ eb, or }) =>
                or([
                  eb('snapshots.fetched_at', '<', fetchedAt),
                  eb('snapshots.fetched_at', '>', horizon.fetchedAt),
                  eb('snapshots.fingerprint', '!=', fingerprint)
                ])
              )
          )
          .execute()
      })
    },

    async addMark(key, mark, at, horizon) {
      const { provider, instanceId } = key
      const values = columnsOf(mark)
      const isAdded = await db.transaction().execute(async transaction => {
        if (!(await holdConnection(transaction, engine, key))) return false
        const added = await transaction
          .insertInto('marks')
          .values({ provider, instance_id: instanceId, ...values })
          .onConflict(conflict =>
            conflict
              .columns(['provider', 'instance_id'])
              .doUpdateSet(values)
              .where(({ eb, or }) => or([eb('marks.until', '<=', at), eb('marks.until', '>', horizon.markUntil)]))
          )
          .returning('until')
          .executeTakeFirst()
        if (added) await changes.notify(transaction, key)
        return added !== undefined
      })
      if (isAdded) await changes.tellOthers(key)
      return isAdded
    },

    async replaceMark(key, before, after) {
      const { provider, instanceId } = key
      if (!before) {
        if (!after) return
        await db.transaction().execute(async transaction => {
          if (!(await holdConnection(transaction, engine, key))) return
          const insert = transaction
            .insertInto('marks')
            .values({ provider, instance_id: instanceId, ...columnsOf(after) })
          await insert.onConflict(conflict => conflict.columns(['provider', 'instance_id']).doNothing()).execute()
        })
        return
      }
      const theOne = sql<boolean>`provider = ${provider} and instance_id = ${instanceId} and until = ${before.until}`
      if (after) await db.updateTable('marks').set(columnsOf(after)).where(theOne).execute()
      else await db.deleteFrom('marks').where(theOne).execute()
    }
  }
}

function columnsOf({ until, signature, refreshedAt }: Mark) {
  return { until, signature, refreshed_at: refreshedAt }
}

function readSnapshot(keyring: Keyring, row: SnapshotsTable): FoundSnapshot {
  return { fingerprint: row.fingerprint, fetchedAt: row.fetched_at, report: openReport(keyring, row) }
}

/** Whether what is known may be kept: a site's only while its connection is there. A deletion under way waits, and takes it along. */
export async function holdConnection(
  transaction: Transaction<Tables>,
  engine: Engine,
  { provider, instanceId }: ConnectionKey
): Promise<boolean> {
  if (instanceId === SHARED) return true
  const connection = transaction
    .selectFrom('connections')
    .select('provider')
    .where('provider', '=', provider)
    .where('instance_id', '=', instanceId)
  return (await (engine === 'postgres' ? connection.forShare() : connection).executeTakeFirst()) !== undefined
}

/** Drops what webhooks were told of a site: of its connection with one provider, or of all but some. */
export async function forgetNotices(
  transaction: Transaction<Tables>,
  instanceId: string,
  { only, except = [] }: { only?: string; except?: readonly string[] }
): Promise<void> {
  let query = transaction.deleteFrom('notices').where('instance_id', '=', instanceId)
  if (only !== undefined) query = query.where('provider', '=', only)
  if (except.length > 0) query = query.where('provider', 'not in', except)
  await query.execute()
}

/** Drops what is known of a site's connections: with one provider, or with all but some. */
export async function forgetKnowledge(
  transaction: Transaction<Tables>,
  instanceId: string,
  { only, except = [] }: { only?: string; except?: readonly string[] }
): Promise<void> {
  for (const table of ['snapshots', 'marks', 'leases'] as const) {
    let query = transaction.deleteFrom(table).where('instance_id', '=', instanceId)
    if (only !== undefined) query = query.where('provider', '=', only)
    if (except.length > 0) query = query.where('provider', 'not in', except)
    await query.execute()
  }
}
