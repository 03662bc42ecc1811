// Which connections' turn it is to be checked again, and which are known to fail: keys alone, nothing is opened.
import type { Kysely } from 'kysely'
import type { ConnectionKey } from './connection-key.ts'
import type { Keyring } from './encryption.ts'
import type { Tables } from './tables.ts'

export interface Rechecks {
  /** How many connections a provider has that some configured key opens. */
  count(provider: string): Promise<number>
  /** Those of a provider that were last checked before a time, in milliseconds since 1970, the longest ago first. */
  due(provider: string, before: number, limit: number): Promise<ConnectionKey[]>
  /** Those that are failing, with the finding. */
  failing(limit: number): Promise<(ConnectionKey & { finding: string })[]>
}

/** What no configured key opens is left out: nobody can ask with it. */
export function createRecheckRows(db: Kysely<Tables>, { keyIds }: Pick<Keyring, 'keyIds'>): Rechecks {
  return {
    async count(provider) {
      const { count } = await db
        .selectFrom('connections')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('provider', '=', provider)
        .where('key_id', 'in', keyIds)
        .executeTakeFirstOrThrow()
      return count
    },
    async due(provider, before, limit) {
      const rows = await db
        .selectFrom('connections')
        .select(['provider', 'instance_id'])
        .where('provider', '=', provider)
        .where('checked_at', '<', before)
        .where('key_id', 'in', keyIds)
        .orderBy('checked_at')
        .orderBy('instance_id')
        .limit(limit)
        .execute()
      return rows.map(({ provider, instance_id: instanceId }) => ({ provider, instanceId }))
    },
    async failing(limit) {
      const rows = await db
        .selectFrom('connections')
        .select(['provider', 'instance_id', 'finding'])
        .where('health', '=', 'failing')
        .where('key_id', 'in', keyIds)
        .orderBy('provider')
        .orderBy('instance_id')
        .limit(limit)
        .execute()
      return rows.map(({ provider, instance_id: instanceId, finding }) => ({ provider, instanceId, finding }))
    }
  }
}
