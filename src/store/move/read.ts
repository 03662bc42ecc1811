// Everything that an export holds, as it was at one moment, while others go on changing the store.
import { existsSync } from 'node:fs'
import { type Kysely, type Selectable, sql } from 'kysely'
import { idOf, SHARED } from '../connection-key.ts'
import { type Engine, OF_A_COMMAND, openDatabase } from '../database.ts'
import { createKeyring, type Keyring } from '../encryption.ts'
import { readSteps, sqliteFile } from '../inspection.ts'
import { LARGE_PART } from '../refusal.ts'
import { isAfter, openConnection } from '../sealed.ts'
import { openSigningKey } from '../signing-key.ts'
import type { ConnectionsTable, MarksTable, Tables } from '../tables.ts'
import type { Counts, MoveRecord, RecordOf } from './records.ts'
import { MoveRefusal } from './refusal.ts'

const PAGE = 500

export interface StoreLocation {
  url: string
  /** The first encrypts, all decrypt. */
  encryptionKeys: readonly Buffer[]
}

/** A store as it was when the reading began. */
export interface Reading {
  expected: Counts
  /** Some records at a time; to be read once. */
  records: AsyncGenerator<MoveRecord[]>
  /** Connections and signing keys that no configured key opens, of those read so far; they are no records. */
  unreadable(): number
}

/**
 * Reads a store in one transaction, which sees no change that comes later and keeps nobody from making it.
 * @throws {MoveRefusal} when there is none, it is of another version, or most of it cannot be read and `force` is not set
 * @throws {StoreError}
 */
export async function readStore<Result>(
  { url, encryptionKeys, force }: StoreLocation & { force: boolean },
  use: (reading: Reading) => Promise<Result>
): Promise<Result> {
  const file = sqliteFile(url)
  if (file !== undefined && !existsSync(file)) throw new MoveRefusal('STORE_MISSING')
  const { engine, queries, close } = openDatabase(url, () => {}, OF_A_COMMAND)
  try {
    return await queries.connection().execute(async session => {
      await begin(session, engine)
      await demandTables(session, engine)
      const keyring = createKeyring(encryptionKeys)
      if (!force) await demandReadable(session, keyring)
      const read = { db: session, keyring, unreadable: 0 }
      const result = await use({
        expected: await countAll(session),
        records: readRecords(read),
        unreadable: () => read.unreadable
      })
      await sql`commit`.execute(session)
      return result
    })
  } finally {
    await close()
  }
}

/** SQLite's view begins with the first look; as our other transactions begin, this one would keep writers out. */
async function begin(session: Kysely<Tables>, engine: Engine): Promise<void> {
  const words = engine === 'postgres' ? 'begin isolation level repeatable read, read only' : 'begin deferred'
  await sql.raw(words).execute(session)
}

/** @throws {MoveRefusal} unless the tables are this version's */
export async function demandTables(db: Kysely<Tables>, engine: Engine): Promise<void> {
  const { done, pending, foreign } = await readSteps(db, engine)
  if (done.length + foreign.length === 0) throw new MoveRefusal('STORE_MISSING')
  if (pending.length + foreign.length > 0)
    throw new MoveRefusal('STORE_TABLES', { steps: [...pending, ...foreign].join(' ') })
}

/** With a wrong key in the configuration, an export of what little can be read is no backup. */
async function demandReadable(db: Kysely<Tables>, { keyIds }: Keyring): Promise<void> {
  const all = await countOf(db, 'connections')
  const { foreign } = await db
    .selectFrom('connections')
    .select(({ fn }) => fn.countAll<number>().as('foreign'))
    .where('key_id', 'not in', keyIds)
    .executeTakeFirstOrThrow()
  if (foreign > 0 && foreign >= all * LARGE_PART)
    throw new MoveRefusal('STORE_UNREADABLE', { unreadable: foreign, all })
}

async function countAll(db: Kysely<Tables>): Promise<Counts> {
  return {
    connections: await countOf(db, 'connections'),
    marks: await countOf(db, 'marks'),
    audit: await countOf(db, 'audit'),
    removals: await countOf(db, 'removals'),
    signingKeys: await countOf(db, 'keys')
  }
}

/** How many rows a table has. */
export async function countOf(db: Kysely<Tables>, table: string): Promise<number> {
  const { rows } = await sql<{ rows: number }>`select count(*) as rows from ${sql.table(table)}`.execute(db)
  return rows[0]?.rows ?? 0
}

interface ReadState {
  db: Kysely<Tables>
  keyring: Keyring
  unreadable: number
}

async function* readRecords(state: ReadState): AsyncGenerator<MoveRecord[]> {
  yield await readSigningKeys(state)
  yield* readRemovals(state)
  yield* readConnections(state)
  yield await readSharedMarks(state)
  yield* readAudit(state)
}

async function readSigningKeys(state: ReadState): Promise<MoveRecord[]> {
  const rows = await state.db.selectFrom('keys').selectAll().orderBy('name').execute()
  const records = rows.flatMap(row => {
    const key = openSigningKey(state.keyring, row)
    return key === undefined ? [] : [{ kind: 'signingKey' as const, name: row.name, key }]
  })
  state.unreadable += rows.length - records.length
  return records
}

async function* readRemovals({ db }: ReadState): AsyncGenerator<MoveRecord[]> {
  for (let last = ''; ; ) {
    const rows = await db
      .selectFrom('removals')
      .selectAll()
      .where('site', '>', last)
      .orderBy('site')
      .limit(PAGE)
      .execute()
    yield rows.map(({ site, removed_at: removedAt }) => ({ kind: 'removal', site, removedAt }))
    if (rows.length < PAGE) return
    last = rows.at(-1)?.site ?? ''
  }
}

async function* readConnections(state: ReadState): AsyncGenerator<MoveRecord[]> {
  for (let last: Selectable<ConnectionsTable> | undefined; ; ) {
    let query = state.db.selectFrom('connections').selectAll().orderBy('provider').orderBy('instance_id').limit(PAGE)
    if (last) query = query.where(isAfter({ provider: last.provider, instanceId: last.instance_id }))
    const rows = await query.execute()
    const marks = await marksOf(state.db, rows)
    const records = rows.flatMap(row => connectionRecord(state.keyring, row, marks))
    state.unreadable += rows.length - records.length
    yield records
    if (rows.length < PAGE) return
    last = rows.at(-1)
  }
}

/** By the ids of their connections. */
async function marksOf(
  db: Kysely<Tables>,
  rows: readonly Selectable<ConnectionsTable>[]
): Promise<ReadonlyMap<string, MarksTable>> {
  const sites = rows.map(({ instance_id: site }) => site)
  if (sites.length === 0) return new Map()
  const marks = await db.selectFrom('marks').selectAll().where('instance_id', 'in', sites).execute()
  return new Map(marks.map(mark => [idOf({ provider: mark.provider, instanceId: mark.instance_id }), mark]))
}

function connectionRecord(
  keyring: Keyring,
  row: Selectable<ConnectionsTable>,
  marks: ReadonlyMap<string, MarksTable>
): RecordOf<'connection'>[] {
  const { provider, instance_id: instanceId, health, finding } = row
  const connection = openConnection(keyring, row)
  if (connection === undefined) return []
  const mark = marks.get(idOf({ provider, instanceId }))
  return [
    {
      kind: 'connection',
      provider,
      instanceId,
      connection,
      health,
      finding,
      checkedAt: row.checked_at,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      ...(mark && { mark: markFields(mark) })
    }
  ]
}

function markFields({ until, signature, refreshed_at: refreshedAt }: MarksTable) {
  return { until, signature, refreshedAt }
}

async function readSharedMarks({ db }: ReadState): Promise<MoveRecord[]> {
  const rows = await db.selectFrom('marks').selectAll().where('instance_id', '=', SHARED).orderBy('provider').execute()
  return rows.map(row => ({ kind: 'mark', provider: row.provider, ...markFields(row) }))
}

async function* readAudit({ db }: ReadState): AsyncGenerator<MoveRecord[]> {
  for (let last = 0; ; ) {
    const rows = await db.selectFrom('audit').selectAll().where('id', '>', last).orderBy('id').limit(PAGE).execute()
    yield rows.map(({ id: _id, instance_id: instanceId, ...row }) => ({ kind: 'audit', ...row, instanceId }))
    if (rows.length < PAGE) return
    last = rows.at(-1)?.id ?? last
  }
}
