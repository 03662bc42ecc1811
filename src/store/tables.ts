// The tables, as Kysely's queries see them: text and whole numbers alone, which both engines keep alike.
import type { Generated } from 'kysely'

export interface ConnectionsTable {
  provider: string
  instance_id: string
  key_id: string
  /** The whole connection, encrypted. */
  sealed: string
  /** How the site's id was written when it was encrypted, where that was another way; empty otherwise. */
  sealed_for: Generated<string>
  health: string
  /** Why the health is not ok; empty when it is. */
  finding: string
  /** Milliseconds since 1970; 0 when never. */
  checked_at: number
  /** When the credentials end, in milliseconds since 1970; 0 when they never do, or nobody has told. */
  expires_at: Generated<number>
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

export interface SnapshotsTable {
  provider: string
  /** Empty for a connection that all sites share. */
  instance_id: string
  fingerprint: string
  fetched_at: number
  key_id: string
  /** The whole report, encrypted. */
  sealed: string
}

export interface MarksTable {
  provider: string
  instance_id: string
  until: number
  signature: string
  refreshed_at: number
}

/** Who may ask about a connection, and until when. */
export interface LeasesTable {
  provider: string
  instance_id: string
  /** Of one taking: nobody else can let go of it. */
  holder: string
  /** Milliseconds since 1970, by the database's clock. */
  until: number
}

/** What webhooks were told of. */
export interface NoticesTable {
  type: string
  provider: string
  /** Empty for a connection that all sites share. */
  instance_id: string
  /** Which of several alike, such as a feature. */
  subject: string
  /** What it was about when it was told; something else is told again. */
  state: string
}

/** PUTs that are under way: what deletes a site deletes these, and with them what they would save. */
export interface SavesTable {
  token: string
  instance_id: string
  /** Milliseconds since 1970. */
  began_at: number
}

/** When the app was removed from which site, told by a digest of the site's id alone. */
export interface RemovalsTable {
  site: string
  /** Milliseconds since 1970, of whole seconds. */
  removed_at: number
}

/** Tokens that were used, by their ids. */
export interface OneUsesTable {
  id: string
  /** Milliseconds since 1970. */
  ends_at: number
}

/** Which site is a copy of which. */
export interface OriginsTable {
  instance_id: string
  origin_instance_id: string
}

/** One row, written to see whether writing works. */
export interface WriteProofTable {
  name: string
  /** Milliseconds since 1970. */
  at: number
}

export interface KeysTable {
  name: string
  key_id: string
  sealed: string
}

export interface Tables {
  snapshots: SnapshotsTable
  marks: MarksTable
  leases: LeasesTable
  notices: NoticesTable
  saves: SavesTable
  removals: RemovalsTable
  one_uses: OneUsesTable
  origins: OriginsTable
  write_proof: WriteProofTable
  keys: KeysTable
  connections: ConnectionsTable
  audit: AuditTable
}
