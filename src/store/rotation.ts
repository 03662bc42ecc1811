// Every stored secret under the first key, step by step, while others go on changing them.
import { type Kysely, sql } from 'kysely'
import type { ConnectionKey } from './connection-key.ts'
import type { Keyring } from './encryption.ts'
import { isAfter, openConnection, openReport, sealConnection, sealReport } from './sealed.ts'
import { resealSigningKeys } from './signing-key.ts'
import type { Tables } from './tables.ts'

export interface Resealed {
  /** Where to go on. */
  last: ConnectionKey
  resealed: number
  /** Those that no configured key opens; they stay as they are. */
  unreadable: number
}

export interface Step {
  after?: ConnectionKey
  limit: number
}

/** How many rows of a table are under one key. */
export interface SealCount {
  table: 'connections' | 'snapshots' | 'keys'
  keyId: string
  rows: number
}

export interface Rotation {
  /** Re-encrypts the next `limit` connections that are not under the first key; undefined when none is left. */
  reseal(step: Step): Promise<Resealed | undefined>
  /** The same for reports; one that no configured key opens is dropped, since it can be fetched anew. */
  resealReports(step: Step): Promise<Resealed | undefined>
  /** How many connections and reports are not under the first key. */
  countOldSeals(): Promise<number>
  /** The same for the few signing keys, all at once. */
  resealSigningKeys(): Promise<Pick<Resealed, 'resealed' | 'unreadable'>>
  /** How many connections, reports and signing keys there are, and how many of them are under a key that is not configured. */
  countSeals(): Promise<{ rows: number; foreign: number }>
  /** How many rows of which table are under which key. */
  countByKey(): Promise<SealCount[]>
}

export function createRotation(db: Kysely<Tables>, keyring: Keyring): Rotation {
  /** How many rows of a table are under which key. */
  async function countOf(table: SealCount['table']): Promise<SealCount[]> {
    const { rows } = await sql<Omit<SealCount, 'table'>>`
      select key_id as "keyId", count(*) as rows from ${sql.table(table)} group by key_id`.execute(db)
    return rows.map(row => ({ table, ...row }))
  }
  const countByKey = async () =>
    (await Promise.all((['connections', 'snapshots', 'keys'] as const).map(countOf))).flat()
  const sumOf = (counts: { rows: number }[]) => counts.reduce((sum, { rows }) => sum + rows, 0)

  return {
    async reseal({ after, limit }) {
      const query = db.selectFrom('connections').selectAll().where('key_id', '!=', keyring.keyId)
      const page = query.orderBy('provider').orderBy('instance_id').limit(limit)
      const rows = await (after ? page.where(isAfter(after)) : page).execute()
      return stepThrough(rows, async (row, key) => {
        const connection = openConnection(keyring, row)
        if (connection === undefined) return false
        await db
          .updateTable('connections')
          .set(sealConnection(keyring, key, connection))
          .where(still(row))
          .execute()
        return true
      })
    },

    async resealReports({ after, limit }) {
      const query = db.selectFrom('snapshots').selectAll().where('key_id', '!=', keyring.keyId)
      const page = query.orderBy('provider').orderBy('instance_id').limit(limit)
      const rows = await (after ? page.where(isAfter(after)) : page).execute()
      const step = await stepThrough(rows, async (row, key) => {
        const report = openReport(keyring, row)
        if (report === undefined) await db.deleteFrom('snapshots').where(still(row)).execute()
        else
          await db
            .updateTable('snapshots')
            .set(sealReport(keyring, key, report))
            .where(still(row))
            .execute()
        return report !== undefined
      })
      return step && { ...step, unreadable: 0 }
    },

    resealSigningKeys: () => resealSigningKeys(db, keyring),

    async countOldSeals() {
      const counts = await countByKey()
      return sumOf(counts.filter(({ table, keyId }) => table !== 'keys' && keyId !== keyring.keyId))
    },

    async countSeals() {
      const counts = await countByKey()
      return { rows: sumOf(counts), foreign: sumOf(counts.filter(({ keyId }) => !keyring.keyIds.includes(keyId))) }
    },

    countByKey
  }
}

async function stepThrough<Row extends { provider: string; instance_id: string }>(
  rows: Row[],
  reseal: (row: Row, key: ConnectionKey) => Promise<boolean>
): Promise<Resealed | undefined> {
  const keyOf = ({ provider, instance_id: instanceId }: Row) => ({ provider, instanceId })
  const last = rows.at(-1)
  if (!last) return undefined
  let resealed = 0
  for (const row of rows) if (await reseal(row, keyOf(row))) resealed++
  return { last: keyOf(last), resealed, unreadable: rows.length - resealed }
}

/** As long as a row is as it was read: the service may have saved another one since, which is under the first key already. */
function still({ provider, instance_id, sealed }: { provider: string; instance_id: string; sealed: string }) {
  return sql<boolean>`provider = ${provider} and instance_id = ${instance_id} and sealed = ${sealed}`
}
