// From which sites the app was removed, so that no backup brings them back: a digest of each id, and when. The id itself is forgotten.
import { createHash } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from './tables.ts'

/** A removal is remembered for so long; a file that is older is not merged into what it cannot be compared with. */
export const REMOVALS_KEPT_MS = 400 * 86_400_000
/** Wix signs whole seconds; what was saved within the same one is taken to be older. */
const SECOND_MS = 1000

/** What a removal at this time took along was older than this, in milliseconds since 1970. */
export function olderThan(removedAt: number): number {
  return removedAt + SECOND_MS
}

/** What stands for a site in the table. Wix's ids are random, so that nobody finds an id by trying. */
export function digestOf(instanceId: string): string {
  return createHash('sha256').update('quota-bridge site').update(instanceId).digest('base64url')
}

/** Notes a removal, and drops those that were long ago. */
export async function noteRemoval(
  transaction: Transaction<Tables>,
  instanceId: string,
  removedAt: number
): Promise<void> {
  await keepRemovals(transaction, [{ site: digestOf(instanceId), removed_at: removedAt }])
  await transaction
    .deleteFrom('removals')
    .where('removed_at', '<', removedAt - REMOVALS_KEPT_MS)
    .execute()
}

/** Of two removals of one site the later one is kept. */
export async function keepRemovals(
  transaction: Transaction<Tables>,
  rows: readonly { site: string; removed_at: number }[]
): Promise<void> {
  if (rows.length === 0) return
  await transaction
    .insertInto('removals')
    .values(rows)
    .onConflict(conflict =>
      conflict
        .column('site')
        .doUpdateSet(({ ref }) => ({ removed_at: ref('excluded.removed_at') }))
        .whereRef('removals.removed_at', '<', 'excluded.removed_at')
    )
    .execute()
}

/** Says of each of some sites whether what was written at a time, in milliseconds since 1970, is gone with a later removal. */
export async function findRemovals(
  db: Kysely<Tables>,
  instanceIds: readonly string[]
): Promise<(instanceId: string, writtenAt: number) => boolean> {
  const sites = [...new Set(instanceIds)].map(digestOf)
  const rows =
    sites.length === 0 ? [] : await db.selectFrom('removals').selectAll().where('site', 'in', sites).execute()
  const removals = new Map(rows.map(row => [row.site, row.removed_at]))
  return (instanceId, writtenAt) => {
    const removedAt = removals.get(digestOf(instanceId))
    return removedAt !== undefined && writtenAt < olderThan(removedAt)
  }
}
