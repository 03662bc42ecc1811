// How the sites' connections are, all of them together: how many are how healthy, and when the first credentials end.
import { type Kysely, sql } from 'kysely'
import { type Health, readHealth } from './connections.ts'
import type { Keyring } from './encryption.ts'
import type { Tables } from './tables.ts'

/** Connections of one provider that are alike. */
export interface ConnectionCount {
  provider: string
  health: Health
  count: number
  /** When the first of their credentials end, in milliseconds since 1970; absent where none do, or nobody has told. */
  firstEndsAt?: number
}

/** Counts them by an index alone, and opens none: one that was tampered with counts as what it was before. */
export async function countConnections(
  db: Kysely<Tables>,
  keyring: Pick<Keyring, 'keyIds'>
): Promise<ConnectionCount[]> {
  const rows = await db
    .selectFrom('connections')
    .select(['provider', 'health', 'key_id', ({ fn }) => fn.countAll<number>().as('count')])
    .select(sql<number | null>`min(case when expires_at > 0 then expires_at end)`.as('firstEndsAt'))
    .groupBy(['provider', 'health', 'key_id'])
    .execute()
  return rows.map(({ provider, health, key_id, count, firstEndsAt }) => ({
    provider,
    // What no configured key opens is failing, whatever was found when it could be read.
    health: keyring.keyIds.includes(key_id) ? readHealth(health) : 'failing',
    count,
    ...(firstEndsAt !== null && { firstEndsAt })
  }))
}
