// One set of queries over two engines: embedded SQLite for one process, PostgreSQL for several.
import { Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { Pool, types } from 'pg'
import { type OnStoreCall, tellStatements } from './calls.ts'
import { migrations } from './migrations.ts'
import { createSafePool } from './postgres-pool.ts'
import { openSqlite } from './sqlite.ts'
import { classifyPostgres } from './store-error.ts'
import type { Tables } from './tables.ts'

export type Engine = 'sqlite' | 'postgres'

export interface Database {
  engine: Engine
  queries: Kysely<Tables>
  close(): Promise<void>
}

/** A call that waits for the database must still be able to answer in time. */
const CONNECT_TIMEOUT_MS = 1000
const QUERY_TIMEOUT_MS = 1500
const POOL_SIZE = 10
/** A process that stands still must not keep others from the rows it locked. */
const IDLE_IN_TRANSACTION_MS = 5000
const INT8_OID = 20

/** Times in milliseconds and row numbers fit a double; `pg` would give them as text. */
const typeParsers = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8_OID
      ? Number
      : format === 'binary'
        ? types.getTypeParser(oid, 'binary')
        : types.getTypeParser(oid, 'text')
}

/** How long one may wait for a database, in milliseconds. */
export interface Patience {
  queryMs: number
  /** For what a transaction on a PostgreSQL does between two queries. */
  idleMs: number
  /** For a write of another process to a SQLite file; the usual time when left out. */
  busyMs?: number
}

/** Of a service: whoever calls it waits too. */
export const OF_A_SERVICE: Patience = { queryMs: QUERY_TIMEOUT_MS, idleMs: IDLE_IN_TRANSACTION_MS }
/** Of one of several processes of a service: they write all the time, and one may stand still with a write begun. */
export const OF_SEVERAL: Patience = { ...OF_A_SERVICE, busyMs: 1000 }
/** Of a command that goes through the whole store in one transaction. */
export const OF_A_COMMAND: Patience = { queryMs: 120_000, idleMs: 120_000 }

/** The URL of a store that lasts as long as the process. */
export const IN_MEMORY = 'file::memory:'

/**
 * Opens a database; nothing is asked of a PostgreSQL yet. `onError` hears of idle connections that broke, `onCall` of every call.
 * Its queries throw {StoreError} when the database is the matter; any other error is a fault of ours.
 */
export function openDatabase(
  url: string,
  onError: (error: Error) => void,
  { queryMs, idleMs, busyMs }: Patience = OF_A_SERVICE,
  onCall?: OnStoreCall
): Database {
  const told = (engine: Engine) => (onCall ? { log: tellStatements(engine, onCall) } : {})
  if (url.startsWith('file:')) {
    const queries = new Kysely<Tables>({
      dialect: new SqliteDialect({ database: openSqlite(url.slice('file:'.length), busyMs) }),
      ...told('sqlite')
    })
    return { engine: 'sqlite', queries, close: () => queries.destroy() }
  }
  const pool = new Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: queryMs,
    idle_in_transaction_session_timeout: idleMs,
    keepAlive: true,
    application_name: 'quota-bridge',
    types: typeParsers
  })
  const hear = (error: Error) => onError(classifyPostgres(error))
  pool.on('error', hear)
  // The pool listens to idle connections alone; one that breaks in the middle of a query must not end the process.
  pool.on('connect', client => client.on('error', hear))
  const queries = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: createSafePool(pool, onCall) }),
    ...told('postgres')
  })
  return { engine: 'postgres', queries, close: () => queries.destroy() }
}

/**
 * Brings the tables up to date; safe when several processes do so at once: PostgreSQL by an advisory lock,
 * SQLite by taking the file's write lock before the first look.
 * @throws the database's error when a step fails; nothing of that step is left behind
 */
export async function migrate({ engine, queries }: Database): Promise<void> {
  if (engine === 'postgres') return run(queries, engine)
  await queries.connection().execute(async connection => {
    await sql`begin immediate`.execute(connection)
    try {
      await run(connection, engine)
      await sql`commit`.execute(connection)
    } catch (error) {
      await sql`rollback`.execute(connection)
      throw error
    }
  })
}

async function run(queries: Kysely<Tables>, engine: Engine): Promise<void> {
  const { error } = await new Migrator({ db: queries, provider: migrations(engine) }).migrateToLatest()
  if (error) throw error
}
