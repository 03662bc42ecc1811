// Node's own SQLite behind the interface that Kysely's dialect expects.
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { LRUCache } from 'lru-cache'
import { classifySqlite, StoreError, storeTroubles } from './store-error.ts'

/** How long a write waits for another process's; the whole service waits with it, so that it must be short. */
const BUSY_TIMEOUT_MS = 250

/** Statements that are kept ready; the service has fewer. */
const PREPARED_MAX = 200

/** SQLite's own name for a database without a file: https://www.sqlite.org/inmemorydb.html */
const IN_MEMORY = ':memory:'

/**
 * Opens the file, and makes it and its folder when they are not there.
 * @throws {StoreError} here and with every statement
 */
export function openSqlite(file: string, busyMs = BUSY_TIMEOUT_MS): SqliteDatabase {
  if (file !== IN_MEMORY) mkdirSync(dirname(file), { recursive: true })
  const database = attempt(() => new DatabaseSync(file))
  try {
    attempt(() => prepare(database, busyMs))
  } catch (error) {
    database.close()
    throw error
  }
  return forKysely(database, file === IN_MEMORY ? () => false : watch(file))
}

/**
 * Opens a file that is there for reading alone; neither it nor anything beside it is made or changed. Without a log the
 * file is nobody's at this moment, and SQLite is told so, or it would make the log and leave it.
 * https://www.sqlite.org/wal.html#read_only_databases
 * @throws {StoreError} here and with every statement
 */
export function openSqliteForReading(file: string): SqliteDatabase {
  const url = pathToFileURL(file)
  if (!hasLog(file)) url.searchParams.set('immutable', '1')
  const database = attempt(() => new DatabaseSync(url, { readOnly: true }))
  try {
    attempt(() => database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`))
    // Takes the file's lock, which keeps the log where it is, whoever else lets go of it.
    attempt(() => database.exec('select 1 from sqlite_schema'))
  } catch (error) {
    database.close()
    throw error
  }
  return forKysely(database, () => false)
}

/** Whether the log and its index are there: they are while somebody uses the file, and after a crash. */
export function hasLog(file: string): boolean {
  return existsSync(`${file}-wal`) && existsSync(`${file}-shm`)
}

/**
 * Writes into a file that has a log, and takes it back before anything reaches the disk. To be called while the file is
 * also open for reading: whoever lets go of it last tidies up.
 * @throws {StoreError}
 */
export function tryToWriteSqlite(file: string, statement: string): void {
  const database = attempt(() => new DatabaseSync(file))
  try {
    attempt(() => database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`))
    attempt(() => database.exec('begin immediate'))
    attempt(() => database.exec(statement))
    attempt(() => database.exec('rollback'))
  } finally {
    database.close()
  }
}

function forKysely(database: DatabaseSync, isReplaced: () => boolean): SqliteDatabase {
  // SQLite itself prepares a statement anew when the tables have changed: https://www.sqlite.org/c3ref/prepare.html
  const prepared = new LRUCache<string, SqliteStatement>({ max: PREPARED_MAX })

  function prepare(words: string): SqliteStatement {
    const statement = attempt(() => database.prepare(words))
    return {
      reader: statement.columns().length > 0,
      all: parameters => attempt(() => statement.all(...parameters.map(toSqlite))),
      run: parameters => attempt(() => statement.run(...parameters.map(toSqlite))),
      // One that is read bit by bit must not be begun again meanwhile.
      iterate: parameters => database.prepare(words).iterate(...parameters.map(toSqlite))
    }
  }

  return {
    close: () => database.close(),
    prepare(sql) {
      if (isReplaced()) throw new StoreError('file-replaced', storeTroubles['file-replaced'][0])
      const words = wordsFor(sql, database.isTransaction)
      const statement = prepared.get(words) ?? prepare(words)
      prepared.set(words, statement)
      return statement
    }
  }
}

/** What is asked of SQLite where Kysely's words do not fit it. */
function wordsFor(sql: string, isTransaction: boolean): string {
  // Every transaction of ours writes; one that began by reading could not go on behind another process's write.
  if (sql === 'begin') return 'begin immediate'
  // SQLite itself ends a transaction for which there was no room: there is nothing left to roll back.
  return sql === 'rollback' && !isTransaction ? 'select 1' : sql
}

function prepare(database: DatabaseSync, busyMs: number): void {
  database.exec(`PRAGMA busy_timeout = ${busyMs}`)
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
