// Every stored secret under the first key, step by step, while others go on changing them.
import type { Kysely } from 'kysely'
import type { ConnectionKey } from './connection-key.ts'
import type { Keyring } from './encryption.ts'
import { isAfter, openConnection, sealConnection } from './sealed-connection.ts'
import { resealSigningKeys } from './signing-key.ts'
import type { Tables } from './tables.ts'

export interface Resealed {
  /** Where to go on. */
  last: ConnectionKey
  resealed: number
  /** Those that no configured key opens; they stay as they are. */
  unreadable: number
}

export interface Rotation {
  /** Re-encrypts the next `limit` connections that are not under the first key; undefined when none is left. */
  reseal(options: { after?: ConnectionKey; limit: number }): Promise<Resealed | undefined>
  /** How many connections are not under the first key. */
  countOldSeals(): Promise<number>
  /** The same for the few signing keys, all at once. */
  resealSigningKeys(): Promise<Pick<Resealed, 'resealed' | 'unreadable'>>
}

export function createRotation(db: Kysely<Tables>, keyring: Keyring): Rotation {
  const oldSeals = () => db.selectFrom('connections').where('key_id', '!=', keyring.keyId)
  return {
    async reseal({ after, limit }) {
      const query = oldSeals().selectAll().orderBy('provider').orderBy('instance_id').limit(limit)
      const rows = await (after ? query.where(isAfter(after)) : query).execute()
      const last = rows.at(-1)
      if (!last) return undefined
      let unreadable = 0
      for (const row of rows) {
        const connection = openConnection(keyring, row)
        const { provider, instance_id: instanceId } = row
        if (connection === undefined) {
          unreadable++
          continue
        }
        await db
          .updateTable('connections')
          .set(sealConnection(keyring, { provider, instanceId }, connection))
          .where('provider', '=', provider)
          .where('instance_id', '=', instanceId)
          // The service may have saved another connection since; that one is under the first key already.
          .where('sealed', '=', row.sealed)
          .execute()
      }
      return {
        last: { provider: last.provider, instanceId: last.instance_id },
        resealed: rows.length - unreadable,
        unreadable
      }
    },

    resealSigningKeys: () => resealSigningKeys(db, keyring),

    async countOldSeals() {
      const { count } = await oldSeals()
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return Number(count)
    }
  }
}
