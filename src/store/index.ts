// The store as the rest of the service sees it.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Audit, createAudit } from './audit.ts'
import type { OnStoreCall } from './calls.ts'
import { type Changes, createLocalChanges, createPostgresChanges, type Others, withOthers } from './changes.ts'
import { type Connections, createConnections } from './connections.ts'
import { IN_MEMORY, migrate, OF_A_SERVICE, OF_SEVERAL, openDatabase } from './database.ts'
import { createKeyring } from './encryption.ts'
import { createHealthCheck, type StoreHealth } from './health.ts'
import { createKnowledgeRows, type KnowledgeRows } from './knowledge.ts'
import { createLeases, type Leases, localLeases } from './leases.ts'
import { createNotices, type Notices } from './notices.ts'
import { createOneUses, type OneUses } from './one-use.ts'
import { createOrigins, type Origins } from './origins.ts'
import { createRecheckRows, type Rechecks } from './rechecks.ts'
import { createRotation, type Rotation } from './rotation.ts'
import { signingKey } from './signing-key.ts'
import { type ConnectionCount, countConnections } from './standing.ts'
import { StoreError } from './store-error.ts'

export interface StoreOptions {
  /** `file:data/quota-bridge.db` or `postgres://…` */
  url: string
  /** The first encrypts, all decrypt. */
  encryptionKeys: readonly Buffer[]
  /** Hears of connections to the database that broke; they are taken up again by themselves. */
  onLost: (error: Error) => void
  /** Hears of every call to the database. */
  onCall?: OnStoreCall
  /** The other processes of this service, where there are any. */
  others?: Others | undefined
  /** Milliseconds since 1970. */
  now: () => number
  /** How long a database may take to come up. */
  startTimeoutMs?: number
}

/** Everything here throws {StoreError} when the database is the matter; any other error is a fault of ours. */
export interface Store {
  connections: Connections
  /** How the connections are, counted. */
  standing(): Promise<ConnectionCount[]>
  rechecks: Rechecks
  notices: Notices
  oneUses: OneUses
  origins: Origins
  audit: Audit
  rotation: Rotation
  changes: Changes
  knowledge: KnowledgeRows
  leases: Leases
  /** A key to sign with, the same on all replicas; made when it is first asked for. */
  signingKey(name: string): Promise<Buffer>
  /** Whether the database can be read now and, as found some seconds ago at most, written; if not, what is the matter. */
  health(): Promise<StoreHealth>
  close(): Promise<void>
}

/** A store that lasts as long as the process, under a key that nobody has: for a service that is to keep nothing. */
export function storeInMemory(): Pick<StoreOptions, 'url' | 'encryptionKeys'> {
  return { url: IN_MEMORY, encryptionKeys: [randomBytes(32)] }
}

const START_RETRY_MS = 500

/**
 * Opens the store and brings its tables up to date.
 * @throws the database's error when it refuses, or does not answer for a minute
 */
export async function openStore({
  url,
  encryptionKeys,
  onLost,
  onCall,
  others,
  now,
  startTimeoutMs = 60_000
}: StoreOptions): Promise<Store> {
  const keyring = createKeyring(encryptionKeys)
  const database = openDatabase(url, onLost, others ? OF_SEVERAL : OF_A_SERVICE, onCall)
  try {
    await untilItAnswers(() => migrate(database), startTimeoutMs, onLost)
  } catch (error) {
    await database.close()
    throw error
  }
  const { engine, queries } = database
  const heard = engine === 'postgres' ? createPostgresChanges(url, onLost) : createLocalChanges()
  const changes = others ? withOthers(heard, others) : heard
  const audit = createAudit(queries, now)
  return {
    connections: createConnections({ db: queries, engine, keyring, changes, audit, now }),
    standing: () => countConnections(queries, keyring),
    rechecks: createRecheckRows(queries, keyring),
    notices: createNotices(queries, engine, audit),
    oneUses: createOneUses(queries, now),
    origins: createOrigins(queries),
    audit,
    rotation: createRotation(queries, keyring),
    changes,
    knowledge: createKnowledgeRows({ db: queries, engine, keyring, changes }),
    leases: engine === 'postgres' || others ? createLeases(queries, engine) : localLeases,
    signingKey: name => signingKey(queries, keyring, name),
    health: createHealthCheck(queries, now),
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
      // A certificate that the address names and that is not there will not come by waiting.
      if (error instanceof StoreError && isAboutFile(error.cause)) throw error.cause
      const isLate = performance.now() - started > timeoutMs
      // Whatever else is the matter will be so in a moment too: a wrong password, a broken table, a full disk.
      if (isLate || !(error instanceof StoreError) || error.trouble !== 'unavailable') throw error
      onFailure(error)
      await sleep(START_RETRY_MS)
    }
  }
}

function isAboutFile(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'open'
}
