// The last good report of each connection, and the word that its plan may have changed; for restarts and other replicas.
import type { Kysely } from 'kysely'
import type { Changes, SiteKey } from './changes.ts'
import type { Engine } from './database.ts'
import type { Tables } from './tables.ts'

export interface StoredSnapshot {
  /** Of the connection it was fetched with. */
  fingerprint: string
  /** Milliseconds since 1970. */
  fetchedAt: number
  /** JSON. */
  report: string
}

/** That a plan may have changed. */
export interface Mark {
  /** Until when, in milliseconds since 1970. */
  until: number
  /** The plan as it was; a report with another one ends the mark. */
  signature: string
  /** When the upstream's own caches were last passed by. */
  refreshedAt: number
}

export interface Snapshots {
  get(key: SiteKey): Promise<{ snapshot?: StoredSnapshot; mark?: Mark }>
  /** Keeps a snapshot, unless a newer one is kept or the site's connection is gone. */
  put(key: SiteKey, snapshot: StoredSnapshot, ownConnection: boolean): Promise<void>
  /** Sets, changes or, with undefined, ends a mark, and tells the other replicas if asked to. */
  setMark(key: SiteKey, mark: Mark | undefined, tellOthers: boolean): Promise<void>
}

export function createStoredSnapshots(db: Kysely<Tables>, engine: Engine, changes: Changes): Snapshots {
  return {
    async get({ provider, instanceId }) {
      const [snapshot, mark] = await Promise.all([
        db
          .selectFrom('snapshots')
          .selectAll()
          .where('provider', '=', provider)
          .where('instance_id', '=', instanceId)
          .executeTakeFirst(),
        db
          .selectFrom('marks')
          .selectAll()
          .where('provider', '=', provider)
          .where('instance_id', '=', instanceId)
          .executeTakeFirst()
      ])
      return {
        ...(snapshot && {
          snapshot: { fingerprint: snapshot.fingerprint, fetchedAt: snapshot.fetched_at, report: snapshot.report }
        }),
        ...(mark && { mark: { until: mark.until, signature: mark.signature, refreshedAt: mark.refreshed_at } })
      }
    },

    async put({ provider, instanceId }, { fingerprint, fetchedAt, report }, ownConnection) {
      await db.transaction().execute(async transaction => {
        if (ownConnection) {
          const connection = transaction
            .selectFrom('connections')
            .select('provider')
            .where('provider', '=', provider)
            .where('instance_id', '=', instanceId)
          // A deletion under way waits for this row, and then takes the snapshot along.
          if (!(await (engine === 'postgres' ? connection.forShare() : connection).executeTakeFirst())) return
        }
        const values = { fingerprint, fetched_at: fetchedAt, report }
        await transaction
          .insertInto('snapshots')
          .values({ provider, instance_id: instanceId, ...values })
          .onConflict(conflict =>
            conflict
              .columns(['provider', 'instance_id'])
              .doUpdateSet(values)
              .where(({ eb, or }) =>
                or([eb('snapshots.fetched_at', '<', fetchedAt), eb('snapshots.fingerprint', '!=', fingerprint)])
              )
          )
          .execute()
      })
    },

    async setMark(key, mark, tellOthers) {
      const { provider, instanceId } = key
      await db.transaction().execute(async transaction => {
        if (mark) {
          const values = { until: mark.until, signature: mark.signature, refreshed_at: mark.refreshedAt }
          await transaction
            .insertInto('marks')
            .values({ provider, instance_id: instanceId, ...values })
            .onConflict(conflict => conflict.columns(['provider', 'instance_id']).doUpdateSet(values))
            .execute()
        } else {
          await transaction
            .deleteFrom('marks')
            .where('provider', '=', provider)
            .where('instance_id', '=', instanceId)
            .execute()
        }
        if (tellOthers) await changes.notify(transaction, key)
      })
    }
  }
}
