// The records of an export, kind by kind, into the tables; or, to see what would come of it, only compared with them.
import type { Transaction } from 'kysely'
import { SHARED } from '../connection-key.ts'
import type { Keyring } from '../encryption.ts'
import { keepRemovals, REMOVALS_KEPT_MS } from '../removals.ts'
import { sealSigningKey } from '../signing-key.ts'
import type { Tables } from '../tables.ts'
import type { AuditImport } from './audit.ts'
import { putMarks, takeConnections } from './connections.ts'
import { countOf } from './read.ts'
import { type Counts, countRecord, noCounts, type Read, type RecordOf } from './records.ts'
import { MoveRefusal } from './refusal.ts'

const PAGE = 500

export interface Imported {
  /** What was put in. */
  counts: Counts
  /** Connections that took an older one's place. */
  replaced: number
  /** Connections that stayed out, since the store has the same or a later one. */
  older: number
  /** Connections that stayed out, since they were deleted, or their site removed the app, after they were saved. */
  deleted: number
  /** The providers of those that were put in. */
  providers: ReadonlySet<string>
}

export interface Putting {
  /** Undefined when nothing is to be written. */
  keyring: Keyring | undefined
  audit: AuditImport
  merge: boolean
  /** Milliseconds since 1970. */
  now: () => number
  /** Hears how many records were read. */
  onProgress: (read: number) => void
}

/** @throws {MoveRefusal} when the file or the store is not as it must be; the transaction is not to be committed then */
export async function putRecords(
  transaction: Transaction<Tables>,
  { head, records }: Read,
  { keyring, audit, merge, now, onProgress }: Putting
): Promise<Imported> {
  if (merge && head.madeAt < now() - REMOVALS_KEPT_MS) throw new MoveRefusal('EXPORT_TOO_OLD')
  if (!merge) await demandEmpty(transaction)
  const sum = { counts: noCounts(), replaced: 0, older: 0, deleted: 0, providers: new Set<string>() }
  const pages = {
    signingKey: inPages<RecordOf<'signingKey'>>(async page => {
      sum.counts.signingKeys += await putSigningKeys(transaction, page, keyring)
    }),
    removal: inPages<RecordOf<'removal'>>(async page => {
      sum.counts.removals += page.length
      const rows = page.map(({ site, removedAt }) => ({ site, removed_at: removedAt }))
      if (keyring) await keepRemovals(transaction, rows)
    }),
    connection: inPages<RecordOf<'connection'>>(async page => {
      const { taken, replaced, older, deleted } = await takeConnections(transaction, page, keyring)
      for (const record of taken) {
        countRecord(sum.counts, record)
        sum.providers.add(record.provider)
      }
      sum.replaced += replaced
      sum.older += older
      sum.deleted += deleted
    }),
    mark: inPages<RecordOf<'mark'>>(async page => {
      sum.counts.marks += page.length
      const marks = page.map(({ kind: _kind, ...mark }) => ({ ...mark, instanceId: SHARED }))
      if (keyring) await putMarks(transaction, marks)
    }),
    audit: inPages<RecordOf<'audit'>>(page => audit.add(page))
  }
  let [read, last]: [number, keyof typeof pages] = [0, 'signingKey']
  for await (const record of records) {
    // What is there of one kind decides about the next.
    if (record.kind !== last) await pages[last].end()
    last = record.kind
    if (record.kind === 'connection') await pages.connection.add(record)
    else if (record.kind === 'audit') await pages.audit.add(record)
    else if (record.kind === 'removal') await pages.removal.add(record)
    else if (record.kind === 'mark') await pages.mark.add(record)
    else await pages.signingKey.add(record)
    onProgress(++read)
  }
  await pages[last].end()
  sum.counts.audit = await audit.end()
  return sum
}

interface Pages<Item> {
  add(item: Item): Promise<void>
  end(): Promise<void>
}

/** Hands items on, some at a time. */
function inPages<Item>(work: (page: Item[]) => Promise<void>): Pages<Item> {
  let page: Item[] = []
  const end = async () => {
    const full = page
    page = []
    if (full.length > 0) await work(full)
  }
  return {
    async add(item) {
      page.push(item)
      if (page.length >= PAGE) await end()
    },
    end
  }
}

/** A key that is there stays: replicas sign with it. Gives how many were not. */
async function putSigningKeys(
  transaction: Transaction<Tables>,
  given: readonly RecordOf<'signingKey'>[],
  keyring: Keyring | undefined
): Promise<number> {
  const present = await transaction.selectFrom('keys').select('name').execute()
  const missing = given.filter(({ name }) => !present.some(row => row.name === name))
  if (!keyring || missing.length === 0) return missing.length
  await transaction
    .insertInto('keys')
    .values(missing.map(({ name, key }) => sealSigningKey(keyring, name, key)))
    .onConflict(conflict => conflict.doNothing())
    .execute()
  return missing.length
}

async function demandEmpty(transaction: Transaction<Tables>): Promise<void> {
  const [connections, audit] = [await countOf(transaction, 'connections'), await countOf(transaction, 'audit')]
  if (connections + audit > 0) throw new MoveRefusal('STORE_NOT_EMPTY', { connections, audit })
}
