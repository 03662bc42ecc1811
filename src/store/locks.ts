// One question at a time across replicas: PostgreSQL's advisory locks, all of a replica's on one connection of its own.
// https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
import { createHash } from 'node:crypto'
import { Client } from 'pg'

const QUERY_TIMEOUT_MS = 1000

export interface Locks {
  /**
   * Gives the function that lets go again, or undefined when another replica holds the lock.
   * A replica that dies, or loses its connection, lets go of all it held.
   * @throws the database's error when it does not answer
   */
  tryLock(name: string): Promise<(() => Promise<void>) | undefined>
  close(): Promise<void>
}

export function createLocks(url: string): Locks {
  let connecting: Promise<Client> | undefined

  async function connect(): Promise<Client> {
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: QUERY_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'quota-bridge locks'
    })
    // A connection that broke is made anew by whoever needs the next lock.
    const forget = () => {
      connecting = undefined
    }
    client.on('error', forget).on('end', forget)
    try {
      await client.connect()
      return client
    } catch (error) {
      forget()
      throw error
    }
  }

  async function ask(query: string, name: string): Promise<boolean> {
    connecting ??= connect()
    const client = await connecting
    const { rows } = await client.query<{ done: boolean }>(`select ${query}($1::bigint) as done`, [lockNumber(name)])
    return rows[0]?.done === true
  }

  return {
    async tryLock(name) {
      if (!(await ask('pg_try_advisory_lock', name))) return undefined
      return async () => {
        await ask('pg_advisory_unlock', name).catch(() => {})
      }
    },
    async close() {
      const client = await connecting?.catch(() => undefined)
      await client?.end().catch(() => {})
    }
  }
}

/** Two names with one number only wait for each other. */
function lockNumber(name: string): string {
  return createHash('sha256').update(name).digest().readBigInt64BE().toString()
}
