// The word that something changed about a connection: to this process, and by PostgreSQL's LISTEN/NOTIFY to every other replica.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type Transaction } from 'kysely'
import { Client } from 'pg'
import { Type, Value } from '../schema.ts'
import type { ConnectionKey } from './connection-key.ts'
import { classifyPostgres } from './store-error.ts'
import type { Tables } from './tables.ts'

const CHANNEL = 'quota_bridge'
const RECONNECT_MS = 250
/** A connection that died without a word is found out within this time. */
const PING_MS = 5000
const PING_TIMEOUT_MS = 2000

/** Hears about which connection something changed; undefined when it may be any, since words were missed. */
export type ChangeListener = (key: ConnectionKey | undefined) => void

export interface Changes {
  /** Tells the other replicas, if the transaction commits. */
  notify(transaction: Transaction<Tables>, key: ConnectionKey): Promise<void>
  /** Tells this process. */
  deliver: ChangeListener
  /** Tells the other processes of this service, once it is committed; resolves when they have heard. */
  tellOthers(key: ConnectionKey): Promise<void>
  /** Gives the function that ends it. */
  subscribe(listener: ChangeListener): () => void
  close(): Promise<void>
}

/** The other processes of one service, all on the same store. */
export interface Others {
  /** Tells them; resolves when they have heard, or take too long. */
  tell(key: ConnectionKey): Promise<void>
  /** Calls `listener` with what they tell, from now on. */
  hear(listener: (key: ConnectionKey) => void): void
}

const Message = Type.Object({ provider: Type.String(), instanceId: Type.String() })

/** Tells all replicas, if the transaction commits, that any connection may be another one. */
export async function notifyOfAny(transaction: Transaction<Tables>): Promise<void> {
  await sql`select pg_notify(${CHANNEL}, '')`.execute(transaction)
}

function localChanges(): Changes {
  const listeners = new Set<ChangeListener>()
  return {
    notify: async () => {},
    deliver(key) {
      for (const listener of listeners) listener(key)
    },
    tellOthers: async () => {},
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: async () => {}
  }
}

/** Within one process: on SQLite there are no other replicas. */
export const createLocalChanges = localChanges

/** The same, also between the processes of one service, and at once, however long a database takes to tell. */
export function withOthers(changes: Changes, others: Others): Changes {
  others.hear(changes.deliver)
  return { ...changes, tellOthers: others.tell }
}

/** Across all replicas on one PostgreSQL. `onLost` hears why the listening connection broke; it is taken up again by itself. */
export function createPostgresChanges(url: string, onLost: (error: Error) => void): Changes {
  const local = localChanges()
  const closing = new AbortController()
  const running = listenForever()

  async function listenForever(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await listen()
      } catch (error) {
        if (error instanceof Error) onLost(classifyPostgres(error))
      }
      await sleep(RECONNECT_MS, undefined, { signal: closing.signal }).catch(() => {})
    }
  }

  /** Returns when closing, throws when the connection is lost. */
  async function listen(): Promise<void> {
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: 1000,
      query_timeout: PING_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'quota-bridge listener'
    })
    const lost = new Promise<never>((_resolve, reject) => {
      client.on('error', reject).on('end', () => reject(new Error('the connection ended')))
    })
    // It may be lost while nobody waits for it.
    lost.catch(() => {})
    client.on('notification', ({ payload = '' }) => local.deliver(readMessage(payload)))
    try {
      await client.connect()
      await client.query(`listen ${CHANNEL}`)
      // Whatever changed while nobody listened is unknown.
      local.deliver(undefined)
      while (!closing.signal.aborted) {
        await Promise.race([lost, sleep(PING_MS, undefined, { signal: closing.signal }).catch(() => {})])
        if (!closing.signal.aborted) await Promise.race([lost, client.query('select 1')])
      }
    } finally {
      client.removeAllListeners('end')
      await client.end().catch(() => {})
    }
  }

  return {
    ...local,
    async notify(transaction, key) {
      await sql`select pg_notify(${CHANNEL}, ${JSON.stringify(key)})`.execute(transaction)
    },
    async close() {
      closing.abort()
      await running
    }
  }
}

/** A word that cannot be understood may mean any site. */
function readMessage(payload: string): ConnectionKey | undefined {
  try {
    const message: unknown = JSON.parse(payload)
    return Value.Check(Message, message) ? message : undefined
  } catch {
    return undefined
  }
}
