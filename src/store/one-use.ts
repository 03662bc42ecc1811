// What may be used once, whichever replica is asked: tokens, told by their ids alone, until they have ended by themselves.
import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** Something that may be used once. */
export interface OneUse {
  /** Names it, and nothing else. */
  id: string
  /** When it ends by itself, in milliseconds since 1970: nobody need remember it after that. */
  endsAt: number
}

export interface OneUses {
  /** Uses it; says whether it was the first to. */
  use(what: OneUse): Promise<boolean>
  isUsed(id: string): Promise<boolean>
}

/** Replicas' clocks differ by less than this. */
const REMEMBERED_MS = 3_600_000

export function createOneUses(db: Kysely<Tables>, now: () => number): OneUses {
  return {
    use: what => useOnce(db, what, now()),
    async isUsed(id) {
      return (await db.selectFrom('one_uses').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
    }
  }
}

/** Uses it, in a transaction where one is given: undone with that. `at` is in milliseconds since 1970. */
export async function useOnce(db: Kysely<Tables>, { id, endsAt }: OneUse, at: number): Promise<boolean> {
  await db
    .deleteFrom('one_uses')
    .where('ends_at', '<', at - REMEMBERED_MS)
    .execute()
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('one_uses')
    .values({ id, ends_at: endsAt })
    .onConflict(conflict => conflict.column('id').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}
