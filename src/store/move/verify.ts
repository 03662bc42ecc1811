// What was put into a store, read back as the service will read it.
import type { Selectable, Transaction } from 'kysely'
import type { Keyring } from '../encryption.ts'
import { isAfter, openConnection } from '../sealed.ts'
import { openSigningKey } from '../signing-key.ts'
import type { ConnectionsTable, Tables } from '../tables.ts'
import { MoveRefusal } from './refusal.ts'

const PAGE = 500

/**
 * Opens every row; gives how many connections there are, and how many of them were sealed by others and do not open.
 * @throws {MoveRefusal} when they are not as many as expected, or one that was sealed under the first key does not open
 */
export async function demandOpening(
  transaction: Transaction<Tables>,
  keyring: Keyring,
  expected: number
): Promise<{ rows: number; unreadable: number }> {
  const sum = { rows: 0, unreadable: 0 }
  for (let last: Selectable<ConnectionsTable> | undefined; ; ) {
    let query = transaction.selectFrom('connections').selectAll().orderBy('provider').orderBy('instance_id').limit(PAGE)
    if (last) query = query.where(isAfter({ provider: last.provider, instanceId: last.instance_id }))
    const rows = await query.execute()
    for (const row of rows.filter(row => openConnection(keyring, row) === undefined)) {
      if (row.key_id === keyring.keyId) throw new MoveRefusal('IMPORT_UNREADABLE')
      sum.unreadable++
    }
    sum.rows += rows.length
    if (rows.length < PAGE) break
    last = rows.at(-1)
  }
  const keys = await transaction.selectFrom('keys').selectAll().where('key_id', '=', keyring.keyId).execute()
  if (sum.rows !== expected || keys.some(row => openSigningKey(keyring, row) === undefined))
    throw new MoveRefusal('IMPORT_UNREADABLE')
  return sum
}
