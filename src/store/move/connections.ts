// The connections of an export on their way into a store: of each site what happened last stays.
import type { Transaction } from 'kysely'
import { idOf } from '../connection-key.ts'
import type { Keyring } from '../encryption.ts'
import { forgetKnowledge } from '../knowledge.ts'
import { findRemovals } from '../removals.ts'
import { sealConnection } from '../sealed.ts'
import type { Tables } from '../tables.ts'
import type { RecordOf } from './records.ts'

type ConnectionRecord = RecordOf<'connection'>

/** What became of some connections. */
export interface Taken {
  taken: ConnectionRecord[]
  /** How many of those took an older one's place. */
  replaced: number
  /** How many stayed out, since the store has the same or a later one. */
  older: number
  /** How many stayed out, since they were deleted, or the app was removed from their site, after they were saved. */
  deleted: number
}

/** Finds out which ones a store would take, and with `keyring` puts them in. */
export async function takeConnections(
  transaction: Transaction<Tables>,
  records: readonly ConnectionRecord[],
  keyring: Keyring | undefined
): Promise<Taken> {
  const sites = records.map(({ instanceId }) => instanceId)
  const present = await presentAmong(transaction, sites)
  const isGone = await goneAmong(transaction, sites)
  const sum: Taken = { taken: [], replaced: 0, older: 0, deleted: 0 }
  for (const record of records) {
    const own = present.get(idOf(record))
    if (own && own.updatedAt >= record.updatedAt) sum.older++
    else if (isGone(record)) sum.deleted++
    else {
      if (own) sum.replaced++
      sum.taken.push(own ? { ...record, createdAt: Math.min(own.createdAt, record.createdAt) } : record)
    }
  }
  if (!keyring) return sum
  for (const record of sum.taken) {
    // Numbers that were read with another connection are not this one's.
    if (present.has(idOf(record))) await forgetKnowledge(transaction, record.instanceId, { only: record.provider })
  }
  await putConnections(transaction, sum.taken, keyring)
  await putMarks(
    transaction,
    sum.taken.flatMap(({ provider, instanceId, mark }) => (mark ? [{ provider, instanceId, ...mark }] : []))
  )
  return sum
}

async function presentAmong(transaction: Transaction<Tables>, sites: readonly string[]) {
  const rows = await transaction
    .selectFrom('connections')
    .select(['provider', 'instance_id as instanceId', 'created_at as createdAt', 'updated_at as updatedAt'])
    .where('instance_id', 'in', sites)
    .execute()
  return new Map(rows.map(row => [idOf(row), row]))
}

/** Says of a connection whether it was deleted by an operator, or together with its site, after it was saved. */
async function goneAmong(
  transaction: Transaction<Tables>,
  sites: readonly string[]
): Promise<(record: ConnectionRecord) => boolean> {
  const isRemoved = await findRemovals(transaction, sites)
  const rows = await transaction
    .selectFrom('audit')
    .select(({ fn }) => ['provider', 'instance_id as instanceId', fn.max<number>('at').as('at')])
    .where('action', '=', 'connection.deleted')
    .where('instance_id', 'in', sites)
    .groupBy(['provider', 'instance_id'])
    .execute()
  const deletedAt = new Map(rows.map(row => [idOf(row), row.at]))
  return record =>
    isRemoved(record.instanceId, record.updatedAt) || (deletedAt.get(idOf(record)) ?? -1) >= record.updatedAt
}

async function putConnections(
  transaction: Transaction<Tables>,
  records: readonly ConnectionRecord[],
  keyring: Keyring
): Promise<void> {
  if (records.length === 0) return
  const rows = records.map(record => ({
    provider: record.provider,
    instance_id: record.instanceId,
    ...sealConnection(keyring, record, record.connection),
    health: record.health,
    finding: record.finding,
    checked_at: record.checkedAt,
    created_at: record.createdAt,
    updated_at: record.updatedAt
  }))
  await transaction
    .insertInto('connections')
    .values(rows)
    .onConflict(conflict =>
      conflict.columns(['provider', 'instance_id']).doUpdateSet(({ ref }) => ({
        key_id: ref('excluded.key_id'),
        sealed: ref('excluded.sealed'),
        sealed_for: ref('excluded.sealed_for'),
        health: ref('excluded.health'),
        finding: ref('excluded.finding'),
        checked_at: ref('excluded.checked_at'),
        created_at: ref('excluded.created_at'),
        updated_at: ref('excluded.updated_at')
      }))
    )
    .execute()
}

export interface MarkToPut {
  provider: string
  instanceId: string
  until: number
  signature: string
  refreshedAt: number
}

/** Of two marks of one connection the one that lives longer stays. */
export async function putMarks(transaction: Transaction<Tables>, marks: readonly MarkToPut[]): Promise<void> {
  if (marks.length === 0) return
  const rows = marks.map(({ instanceId, refreshedAt, ...row }) => ({
    ...row,
    instance_id: instanceId,
    refreshed_at: refreshedAt
  }))
  await transaction
    .insertInto('marks')
    .values(rows)
    .onConflict(conflict =>
      conflict
        .columns(['provider', 'instance_id'])
        .doUpdateSet(({ ref }) => ({
          until: ref('excluded.until'),
          signature: ref('excluded.signature'),
          refreshed_at: ref('excluded.refreshed_at')
        }))
        .whereRef('marks.until', '<', 'excluded.until')
    )
    .execute()
}
