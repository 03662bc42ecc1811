// The tables, as Kysely's queries see them: text and whole numbers alone, which both engines keep alike.
import type { Generated } from 'kysely'

export interface ConnectionsTable {
  provider: string
  instance_id: string
  key_id: string
  /** The whole connection, encrypted. */
  sealed: string
  health: string
  /** Why the health is not ok; empty when it is. */
  finding: string
  /** Milliseconds since 1970; 0 when never. */
  checked_at: number
  created_at: number
  updated_at: number
}

export interface AuditTable {
  id: Generated<number>
  at: number
  actor: string
  action: string
  provider: string
  instance_id: string
}

export interface Tables {
  connections: ConnectionsTable
  audit: AuditTable
}
