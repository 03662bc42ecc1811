// A store looked at from outside: nothing is made, migrated or kept, and a service that uses it is not disturbed.
import { existsSync } from 'node:fs'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { createAudit } from './audit.ts'
import { createLocalChanges } from './changes.ts'
import { type Connections, createConnections } from './connections.ts'
import { type Database, type Engine, openDatabase } from './database.ts'
import { createKeyring } from './encryption.ts'
import { createKnowledgeRows, type KnowledgeRows } from './knowledge.ts'
import { migrations } from './migrations.ts'
import { createRotation, type SealCount } from './rotation.ts'
import { hasLog, openSqliteForReading, tryToWriteSqlite } from './sqlite.ts'
import { StoreError } from './store-error.ts'
import type { Tables } from './tables.ts'

/** The steps by which tables came to be, by name. */
export interface Steps {
  done: string[]
  /** Those that the next start takes. */
  pending: string[]
  /** Those of a later version of this program. */
  foreign: string[]
}

/** Everything here throws {StoreError} when the database is the matter. */
export interface StoreInspection {
  engine: Engine
  /** Ids of the configured keys; the first encrypts. */
  keyIds: readonly string[]
  steps(): Promise<Steps>
  /** Tries to write, and takes it back; not of a SQLite file that nobody uses, which would be touched: then false. */
  tryToWrite(): Promise<boolean>
  /** How many rows of which table are under which key. */
  countByKey(): Promise<SealCount[]>
  /** How many sites have a connection with which provider. */
  countByProvider(): Promise<{ provider: string; rows: number }[]>
  connections: Pick<Connections, 'get' | 'list'>
  knowledge: Pick<KnowledgeRows, 'get'>
  close(): Promise<void>
}

const TRIAL = `insert into write_proof (name, at) values ('doctor', 0)`

/** The path of a SQLite store; undefined for any other. */
export function sqliteFile(url: string): string | undefined {
  return url.startsWith('file:') ? url.slice('file:'.length) : undefined
}

/**
 * Opens a store that is there; undefined for a SQLite file that nobody has made yet.
 * @throws {StoreError} when it cannot be read
 */
export async function inspectStore({
  url,
  encryptionKeys
}: {
  url: string
  encryptionKeys: readonly Buffer[]
}): Promise<StoreInspection | undefined> {
  const file = sqliteFile(url)
  if (file !== undefined && !existsSync(file)) return undefined
  const keyring = createKeyring(encryptionKeys)
  const { engine, queries: db, close } = file === undefined ? openDatabase(url, () => {}) : openFile(file)
  try {
    await sql`select 1`.execute(db)
  } catch (error) {
    await close()
    throw error
  }
  // Only what reads is handed on.
  const changes = createLocalChanges()
  const connections = createConnections({
    db,
    engine,
    keyring,
    changes,
    audit: createAudit(db, Date.now),
    now: Date.now
  })
  return {
    engine,
    keyIds: keyring.keyIds,
    steps: () => readSteps(db, engine),
    tryToWrite: () => tryToWrite(db, file),
    countByKey: createRotation(db, keyring).countByKey,
    async countByProvider() {
      const { rows } = await sql<{ provider: string; rows: number }>`
        select provider, count(*) as rows from connections group by provider order by provider`.execute(db)
      return rows
    },
    connections: { get: connections.get, list: connections.list },
    knowledge: { get: createKnowledgeRows({ db, engine, keyring, changes }).get },
    close
  }
}

function openFile(file: string): Database {
  const queries = new Kysely<Tables>({ dialect: new SqliteDialect({ database: openSqliteForReading(file) }) })
  return { engine: 'sqlite', queries, close: () => queries.destroy() }
}

/** Which steps the tables of a database have taken. */
export async function readSteps(db: Kysely<Tables>, engine: Engine): Promise<Steps> {
  const known = Object.keys(await migrations(engine).getMigrations())
  const done = await stepsTaken(db)
  return {
    done: known.filter(name => done.includes(name)),
    pending: known.filter(name => !done.includes(name)),
    foreign: done.filter(name => !known.includes(name))
  }
}

/** As Kysely notes them; a database without that table was never used. */
async function stepsTaken(db: Kysely<Tables>): Promise<string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
    return rows.map(({ name }) => name)
  } catch (error) {
    if (error instanceof StoreError && error.trouble === 'damaged' && isMissingTable(error)) return []
    throw error
  }
}

function isMissingTable({ cause }: StoreError): boolean {
  return cause instanceof Error && (/^no such table/.test(cause.message) || ('code' in cause && cause.code === '42P01'))
}

async function tryToWrite(db: Kysely<Tables>, file: string | undefined): Promise<boolean> {
  if (file === undefined) {
    await db.connection().execute(async session => {
      await sql`begin`.execute(session)
      try {
        await sql.raw(TRIAL).execute(session)
      } finally {
        await sql`rollback`.execute(session)
      }
    })
    return true
  }
  if (!hasLog(file)) return false
  tryToWriteSqlite(file, TRIAL)
  return true
}
