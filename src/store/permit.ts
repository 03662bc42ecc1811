// By what leave a connection is saved; looked at when nothing else can change the site any more.
import type { Transaction } from 'kysely'
import type { StoredConnection } from './connections.ts'
import { type OneUse, useOnce } from './one-use.ts'
import { findRemovals } from './removals.ts'
import type { Tables } from './tables.ts'

export interface Permit {
  /** When it was given, in milliseconds since 1970: of no use after a later removal of the site. */
  givenAt: number
  /** What is used up by it, where it is good for one save alone. */
  once?: OneUse
  /** @throws when what the site has now may not be replaced, or the permit was used already */
  demand(before: StoredConnection | undefined, isUsed: boolean): void
}

/**
 * Uses a permit up; says whether the site was not removed since it was given.
 * @throws what the permit refuses with
 */
export async function usePermit(
  transaction: Transaction<Tables>,
  { givenAt, once, demand }: Permit,
  { instanceId, before, at }: { instanceId: string; before: StoredConnection | undefined; at: number }
): Promise<boolean> {
  const isRemoved = await findRemovals(transaction, [instanceId])
  if (isRemoved(instanceId, givenAt)) return false
  demand(before, once !== undefined && !(await useOnce(transaction, once, at)))
  return true
}
