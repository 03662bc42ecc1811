// A connection on its way into its row and out of it.
import { sql } from 'kysely'
import type { ConnectionKey } from './connection-key.ts'
import { type Keyring, SealError } from './encryption.ts'
import type { ConnectionsTable } from './tables.ts'

/** The columns that hold a connection, encrypted under the first key and bound to its site. */
export function sealConnection(keyring: Keyring, { provider, instanceId }: ConnectionKey, connection: unknown) {
  const { keyId, sealed } = keyring.seal(JSON.stringify(connection), [provider, instanceId])
  return { key_id: keyId, sealed }
}

/** The connection of a row; undefined when no configured key opens it. */
export function openConnection(keyring: Keyring, row: ConnectionsTable): unknown {
  try {
    return JSON.parse(keyring.open({ keyId: row.key_id, sealed: row.sealed }, [row.provider, row.instance_id]))
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    return undefined
  }
}

/** The row comparison that lets both engines go on in the index, however far down the page is. */
export function isAfter({ provider, instanceId }: ConnectionKey) {
  return sql<boolean>`(provider, instance_id) > (${provider}, ${instanceId})`
}
