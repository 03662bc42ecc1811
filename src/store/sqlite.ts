// Node's own SQLite behind the interface that Kysely's dialect expects.
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { SqliteDatabase } from 'kysely'
import { classifySqlite, StoreError, storeTroubles } from './store-error.ts'

/** How long a write waits for another process's; the whole service waits with it, so that it must be short. */
const BUSY_TIMEOUT_MS = 250

/** SQLite's own name for a database without a file: https://www.sqlite.org/inmemorydb.html */
const IN_MEMORY = ':memory:'

/**
 * Opens the file, and makes it and its folder when they are not there.
 * @throws {StoreError} here and with every statement
 */
export function openSqlite(file: string): SqliteDatabase {
  if (file !== IN_MEMORY) mkdirSync(dirname(file), { recursive: true })
  const database = attempt(() => new DatabaseSync(file))
  try {
    attempt(() => prepare(database))
  } catch (error) {
    database.close()
    throw error
  }
  const isReplaced = file === IN_MEMORY ? () => false : watch(file)
  return {
    close: () => database.close(),
    prepare(sql) {
      if (isReplaced()) throw new StoreError('file-replaced', storeTroubles['file-replaced'][0])
      // SQLite itself ends a transaction for which there was no room: there is nothing left to roll back.
      if (sql === 'rollback' && !database.isTransaction) return NOTHING_TO_DO
      // Every transaction of ours writes; one that began by reading could not go on behind another process's write.
      const statement = attempt(() => database.prepare(sql === 'begin' ? 'begin immediate' : sql))
      return {
        reader: statement.columns().length > 0,
        all: parameters => attempt(() => statement.all(...parameters.map(toSqlite))),
        run: parameters => attempt(() => statement.run(...parameters.map(toSqlite))),
        iterate: parameters => statement.iterate(...parameters.map(toSqlite))
      }
    }
  }
}

const NOTHING_TO_DO: ReturnType<SqliteDatabase['prepare']> = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values()
}

function prepare(database: DatabaseSync): void {
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
  database.exec('PRAGMA journal_mode = WAL')
  // What was acknowledged outlives a loss of power too.
  database.exec('PRAGMA synchronous = FULL')
  // What was deleted is not to be found in the file any more: a removed site leaves nothing.
  database.exec('PRAGMA secure_delete = ON')
  // The first look at the tables makes the log that belongs to the file.
  database.exec('select 1 from sqlite_schema')
}

function attempt<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw classifySqlite(error)
  }
}

/**
 * Says whether the file, or the log beside it that holds what was written last, is another than it was:
 * SQLite goes on writing into a deleted file, and all that would be lost with the process.
 */
function watch(file: string): () => boolean {
  const identity = () =>
    [file, `${file}-wal`].map(path => {
      const { dev, ino } = statSync(path, { throwIfNoEntry: false }) ?? {}
      return `${dev}:${ino}`
    })
  const [ours, ourLog] = identity()
  return () => {
    const [now, log] = identity()
    return now !== ours || log !== ourLog
  }
}

function toSqlite(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value
  throw new TypeError(`SQLite stores no ${typeof value}`)
}
