// An export on its way into a store: all of it in one transaction, or nothing.
import { existsSync } from 'node:fs'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { createAudit } from '../audit.ts'
import { notifyOfAny } from '../changes.ts'
import { type Database, IN_MEMORY, migrate, OF_A_COMMAND, openDatabase } from '../database.ts'
import { createKeyring } from '../encryption.ts'
import { holdStore } from '../hold.ts'
import { readSteps, sqliteFile } from '../inspection.ts'
import { openSqliteForReading } from '../sqlite.ts'
import type { Tables } from '../tables.ts'
import { appendAudit, countAudit, mergeAudit } from './audit.ts'
import { type Imported, putRecords } from './put.ts'
import { countOf, demandTables, type StoreLocation } from './read.ts'
import type { Read } from './records.ts'
import { MoveRefusal } from './refusal.ts'
import { demandOpening } from './verify.ts'

const ACTOR = 'command'

export interface ImportOptions extends StoreLocation {
  /** Into a store that may hold something already: of each site what happened last stays. */
  merge: boolean
  /** Milliseconds since 1970. */
  now: () => number
  /** Hears how many records were read. */
  onProgress: (read: number) => void
}

/** How many connections the store has now, and how many of them no configured key opens; all that were put in open. */
export interface Verified {
  rows: number
  unreadable: number
}

/**
 * Puts an export into a store, which is made when there is none, and reads all of it back before it counts.
 * @throws {MoveRefusal} when the file or the store is not as it must be; nothing was put in then
 * @throws {StoreRefusal} when a service holds the SQLite file
 * @throws {StoreError}
 */
export async function importInto(options: ImportOptions, read: Read): Promise<Imported & Verified> {
  const { url, encryptionKeys, merge, now } = options
  const held = holdStore(url)
  try {
    const database = openDatabase(url, () => {}, OF_A_COMMAND)
    const { engine, queries, close } = database
    try {
      const { foreign } = await readSteps(queries, engine)
      if (foreign.length > 0) throw new MoveRefusal('STORE_TABLES', { steps: foreign.join(' ') })
      await migrate(database)
      const keyring = createKeyring(encryptionKeys)
      return await queries.transaction().execute(async transaction => {
        // Readers go on; whoever would change a connection waits, and is told so in time.
        if (engine === 'postgres')
          await sql`lock table connections, audit, removals in share row exclusive mode`.execute(transaction)
        const before = await countOf(transaction, 'connections')
        const audit = merge ? await mergeAudit(transaction, engine) : appendAudit(transaction)
        const imported = await putRecords(transaction, read, { ...options, keyring, audit })
        const expected = before + imported.counts.connections - imported.replaced
        const verified = await demandOpening(transaction, keyring, expected)
        const { connections, audit: rows, signingKeys } = imported.counts
        if (connections + rows + signingKeys > 0)
          await createAudit(queries, now).write(transaction, 'store.imported', { provider: '', instanceId: '' }, ACTOR)
        if (engine === 'postgres') await notifyOfAny(transaction)
        return { ...imported, ...verified }
      })
    } finally {
      await close()
    }
  } finally {
    held.release()
  }
}

/**
 * Says what `importInto` would do, and changes nothing; a service may run meanwhile. Of the audit it counts the file's rows.
 * @throws {MoveRefusal} as `importInto`
 */
export async function tryImport(options: ImportOptions, read: Read): Promise<Imported> {
  const { queries, close } = await openForTrial(options)
  try {
    return await queries
      .transaction()
      .execute(transaction =>
        putRecords(transaction, read, { ...options, keyring: undefined, audit: countAudit(transaction) })
      )
  } finally {
    await close()
  }
}

/** Where there is no store yet, an empty one in its place. */
async function openForTrial({ url }: ImportOptions): Promise<Pick<Database, 'queries' | 'close'>> {
  const file = sqliteFile(url)
  if (file !== undefined && !existsSync(file)) return openEmpty()
  const { engine, queries, close } = file === undefined ? openDatabase(url, () => {}, OF_A_COMMAND) : openFile(file)
  try {
    await demandTables(queries, engine)
    return { queries, close }
  } catch (error) {
    await close()
    if (error instanceof MoveRefusal && error.code === 'STORE_MISSING') return openEmpty()
    throw error
  }
}

function openFile(file: string): Database {
  const queries = new Kysely<Tables>({ dialect: new SqliteDialect({ database: openSqliteForReading(file) }) })
  return { engine: 'sqlite', queries, close: () => queries.destroy() }
}

async function openEmpty(): Promise<Database> {
  const database = openDatabase(IN_MEMORY, () => {})
  await migrate(database)
  return database
}
