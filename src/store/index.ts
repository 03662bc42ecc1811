// The store as the rest of the service sees it.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Audit, createAudit } from './audit.ts'
import { type Changes, createLocalChanges, createPostgresChanges } from './changes.ts'
import { type Connections, createConnections } from './connections.ts'
import { IN_MEMORY, migrate, openDatabase } from './database.ts'
import { createKeyring } from './encryption.ts'
import { createKnowledgeRows, type KnowledgeRows } from './knowledge.ts'
import { createLeases, type Leases, localLeases } from './leases.ts'
import { createRotation, type Rotation } from './rotation.ts'
import { signingKey } from './signing-key.ts'

export interface StoreOptions {
  /** `file:data/quota-bridge.db` or `postgres://…` */
  url: string
  /** The first encrypts, all decrypt. */
  encryptionKeys: readonly Buffer[]
  /** Hears of connections to the database that broke; they are taken up again by themselves. */
  onLost: (error: Error) => void
  /** Milliseconds since 1970. */
  now: () => number
  /** How long a database may take to come up. */
  startTimeoutMs?: number
}

export interface Store {
  connections: Connections
  audit: Audit
  rotation: Rotation
  changes: Changes
  knowledge: KnowledgeRows
  leases: Leases
  /** A key to sign with, the same on all replicas; made when it is first asked for. */
  signingKey(name: string): Promise<Buffer>
  /** Whether the database answers now, and has our tables. */
  ping(): Promise<boolean>
  close(): Promise<void>
}

/** A store that lasts as long as the process, under a key that nobody has: for a service that is to keep nothing. */
export function storeInMemory(): Pick<StoreOptions, 'url' | 'encryptionKeys'> {
  return { url: IN_MEMORY, encryptionKeys: [randomBytes(32)] }
}

const START_RETRY_MS = 500
/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5

/**
 * Opens the store and brings its tables up to date.
 * @throws the database's error when it refuses, or does not answer for ten seconds
 */
export async function openStore({
  url,
  encryptionKeys,
  onLost,
  now,
  startTimeoutMs = 10_000
}: StoreOptions): Promise<Store> {
  const keyring = createKeyring(encryptionKeys)
  const database = openDatabase(url, onLost)
  try {
    await untilItAnswers(() => migrate(database), startTimeoutMs, onLost)
  } catch (error) {
    await database.close()
    throw error
  }
  const { engine, queries } = database
  const changes = engine === 'postgres' ? createPostgresChanges(url, onLost) : createLocalChanges()
  const audit = createAudit(queries, now)
  return {
    connections: createConnections({ db: queries, keyring, changes, audit, now }),
    audit,
    rotation: createRotation(queries, keyring),
    changes,
    knowledge: createKnowledgeRows({ db: queries, engine, changes }),
    leases: engine === 'postgres' ? createLeases(queries) : localLeases,
    signingKey: name => signingKey(queries, keyring, name),
    async ping() {
      try {
        await sql`select 1 from connections limit 1`.execute(queries)
        return true
      } catch {
        return false
      }
    },
    async close() {
      await changes.close()
      await database.close()
    }
  }
}

/** Orchestrators start a database and what needs it at the same time. */
async function untilItAnswers(
  work: () => Promise<void>,
  timeoutMs: number,
  onFailure: (error: Error) => void
): Promise<void> {
  const started = performance.now()
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Error) || isRefusal(error) || performance.now() - started > timeoutMs) throw error
      onFailure(error)
      await sleep(START_RETRY_MS)
    }
  }
}

/** The database answered, and will answer the same again: a wrong password, a broken table. */
function isRefusal(error: Error): boolean {
  const code = 'code' in error ? String(error.code) : ''
  // Another process is at the tables right now.
  if ('errcode' in error && error.errcode === SQLITE_BUSY) return false
  // Class 57 is the operator's intervention (such as starting up), 08 a connection's failure.
  // https://www.postgresql.org/docs/current/errcodes-appendix.html
  return code === 'ERR_SQLITE_ERROR' || (/^[0-9A-Z]{5}$/.test(code) && !/^(57|08)/.test(code))
}
