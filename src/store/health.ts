// Whether the store can be read now, and now and then whether it can be written.
import { type Kysely, sql } from 'kysely'
import { StoreError, type StoreTrouble } from './store-error.ts'
import type { Tables } from './tables.ts'

/** Whoever asks more often, such as several load balancers, is told what was found. */
const WRITE_EVERY_MS = 10_000
/** One that was not released, since its holder died, says nothing any more, but names a site. */
const LEASE_KEPT_MS = 3_600_000

export type StoreHealth = 'ok' | StoreTrouble

/** Makes the function that finds out; it throws what is no matter of the database. */
export function createHealthCheck(db: Kysely<Tables>, now: () => number): () => Promise<StoreHealth> {
  let writtenAt = Number.NEGATIVE_INFINITY

  async function write(): Promise<void> {
    const at = now()
    await db
      .insertInto('write_proof')
      .values({ name: 'readiness', at })
      .onConflict(conflict => conflict.column('name').doUpdateSet({ at }))
      .execute()
    await db
      .deleteFrom('leases')
      .where('until', '<', at - LEASE_KEPT_MS)
      .execute()
  }

  return async () => {
    try {
      await sql`select 1 from connections limit 1`.execute(db)
      if (performance.now() - writtenAt < WRITE_EVERY_MS) return 'ok'
      await write()
      writtenAt = performance.now()
      return 'ok'
    } catch (error) {
      writtenAt = Number.NEGATIVE_INFINITY
      if (error instanceof StoreError) return error.trouble
      throw error
    }
  }
}
