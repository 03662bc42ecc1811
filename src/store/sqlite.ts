// Node's own SQLite behind the interface that Kysely's dialect expects.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { SqliteDatabase } from 'kysely'

/** How long a write waits for another process's; the whole service waits with it, so that it must be short. */
const BUSY_TIMEOUT_MS = 250

/** SQLite's own name for a database without a file: https://www.sqlite.org/inmemorydb.html */
const IN_MEMORY = ':memory:'

/** Opens the file, and makes it and its folder when they are not there. */
export function openSqlite(file: string): SqliteDatabase {
  if (file !== IN_MEMORY) mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file)
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
  database.exec('PRAGMA journal_mode = WAL')
  // What was acknowledged outlives a loss of power too.
  database.exec('PRAGMA synchronous = FULL')
  return {
    close: () => database.close(),
    prepare(sql) {
      const statement = database.prepare(sql)
      return {
        reader: statement.columns().length > 0,
        all: parameters => statement.all(...parameters.map(toSqlite)),
        run: parameters => statement.run(...parameters.map(toSqlite)),
        iterate: parameters => statement.iterate(...parameters.map(toSqlite))
      }
    }
  }
}

function toSqlite(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value
  throw new TypeError(`SQLite stores no ${typeof value}`)
}
