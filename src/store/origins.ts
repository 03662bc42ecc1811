// From which site a site was copied, as Wix told it, for whoever connects the copy.
import type { Kysely, Transaction } from 'kysely'
import { findRemovals } from './removals.ts'
import type { Tables } from './tables.ts'

export interface Origins {
  /** The site that this one was copied from, where Wix has told. */
  get(instanceId: string): Promise<string | undefined>
  /** Notes it, unless one of the two was removed after the time of the event, in milliseconds since 1970; the first word stays. */
  note(instanceId: string, origin: string, at: number): Promise<void>
}

export function createOrigins(db: Kysely<Tables>): Origins {
  return {
    async get(instanceId) {
      const row = await db
        .selectFrom('origins')
        .select('origin_instance_id')
        .where('instance_id', '=', instanceId)
        .executeTakeFirst()
      return row?.origin_instance_id
    },
    note: (instanceId, origin, at) =>
      db.transaction().execute(async transaction => {
        const isRemoved = await findRemovals(transaction, [instanceId, origin])
        if (isRemoved(instanceId, at) || isRemoved(origin, at)) return
        await transaction
          .insertInto('origins')
          .values({ instance_id: instanceId, origin_instance_id: origin })
          .onConflict(conflict => conflict.column('instance_id').doNothing())
          .execute()
      })
  }
}

/** Forgets what was a copy of a site, and what it was a copy of. */
export async function forgetOrigins(transaction: Transaction<Tables>, instanceId: string): Promise<void> {
  await transaction
    .deleteFrom('origins')
    .where(({ eb, or }) => or([eb('instance_id', '=', instanceId), eb('origin_instance_id', '=', instanceId)]))
    .execute()
}
