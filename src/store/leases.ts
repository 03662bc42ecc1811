// One question at a time across replicas and workers: a row says who may ask about a connection, and until when by the database's clock.
// It needs no session of its own, and is gone by itself when its holder dies or the database stalls.
import { randomUUID } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { ConnectionKey } from './connection-key.ts'
import type { Engine } from './database.ts'
import type { Tables } from './tables.ts'

export interface Lease {
  /** Lets go before its time; a database that does not answer then lets go by itself, later. */
  release(): Promise<void>
}

export interface Leases {
  /**
   * Takes the lease of a connection for so many milliseconds, unless another holds it; undefined where there are no others.
   * @throws the database's error when it does not answer
   */
  take(key: ConnectionKey, forMs: number): Promise<Lease | 'busy' | undefined>
}

/** Where one process is all there is nobody else asks, nor has found out anything meanwhile. */
export const localLeases: Leases = { take: async () => undefined }

/** By the database's clock, in milliseconds since 1970. */
const NOW = {
  postgres: sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`,
  sqlite: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
} as const satisfies Record<Engine, unknown>

/** Across all replicas on one PostgreSQL, or all workers on one SQLite file. */
export function createLeases(db: Kysely<Tables>, engine: Engine): Leases {
  const now = NOW[engine]
  return {
    async take({ provider, instanceId }, forMs) {
      const holder = randomUUID()
      const until = sql<number>`${now} + cast(${Math.ceil(forMs)} as bigint)`
      const taken = await db
        .insertInto('leases')
        .values({ provider, instance_id: instanceId, holder, until })
        .onConflict(conflict =>
          conflict.columns(['provider', 'instance_id']).doUpdateSet({ holder, until }).where('leases.until', '<', now)
        )
        .returning('holder')
        .executeTakeFirst()
      if (!taken) return 'busy'
      return {
        async release() {
          // Only what is still ours: another may have taken it since it ended.
          const ours = db.deleteFrom('leases').where('provider', '=', provider).where('instance_id', '=', instanceId)
          await ours.where('holder', '=', holder).execute()
        }
      }
    }
  }
}
