// Connections and reports on their way into their rows and out of them.
import { type Selectable, sql } from 'kysely'
import { type ConnectionKey, canonicalSite } from './connection-key.ts'
import { type Keyring, SealError } from './encryption.ts'
import type { ConnectionsTable, SnapshotsTable } from './tables.ts'

/** The columns that hold a connection, encrypted under the first key and bound to its site. */
export function sealConnection(keyring: Keyring, { provider, instanceId }: ConnectionKey, connection: unknown) {
  return { ...seal(keyring, JSON.stringify(connection), [provider, instanceId]), sealed_for: '' }
}

/** The connection of a row; undefined when no configured key opens it, or it is another site's. */
export function openConnection(keyring: Keyring, row: Selectable<ConnectionsTable>): unknown {
  const { provider, instance_id: site, sealed_for: sealedFor } = row
  if (sealedFor !== '' && canonicalSite(sealedFor) !== site) return undefined
  const text = open(keyring, row, [provider, sealedFor || site])
  return text === undefined ? undefined : JSON.parse(text)
}

/** The columns that hold a report, encrypted under the first key and bound to its connection. */
export function sealReport(keyring: Keyring, key: ConnectionKey, report: string) {
  return seal(keyring, report, ownerOfReport(key))
}

/** The report of a row; undefined when no configured key opens it, or it is another connection's. */
export function openReport(keyring: Keyring, row: SnapshotsTable): string | undefined {
  return open(keyring, row, ownerOfReport({ provider: row.provider, instanceId: row.instance_id }))
}

/** A connection's row moved here must not open as a report. */
function ownerOfReport({ provider, instanceId }: ConnectionKey): string[] {
  return ['report', provider, instanceId]
}

function seal(keyring: Keyring, plaintext: string, owner: readonly string[]) {
  const { keyId, sealed } = keyring.seal(plaintext, owner)
  return { key_id: keyId, sealed }
}

function open(keyring: Keyring, row: { key_id: string; sealed: string }, owner: string[]): string | undefined {
  try {
    return keyring.open({ keyId: row.key_id, sealed: row.sealed }, owner)
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    return undefined
  }
}

/** The row comparison that lets both engines go on in the index, however far down the page is. */
export function isAfter({ provider, instanceId }: ConnectionKey) {
  return sql<boolean>`(provider, instance_id) > (${provider}, ${instanceId})`
}
