// The pool as Kysely uses it, but for two things: a session that was given up on is thrown away, not handed to the next,
// and what goes wrong is told apart.
import type { PostgresPool } from 'kysely'
import { DatabaseError, type Pool, type PoolClient } from 'pg'
import { failureOf, type OnStoreCall } from './calls.ts'
import { classifyPostgres } from './store-error.ts'

/**
 * `pg` drops a query that waits behind one it gave up on, so that a session whose `begin` came late would stay in its
 * transaction for ever, with all that it locked. Whatever fails without a word of the server's own ends the session.
 */
export function createSafePool(pool: Pool, onCall: OnStoreCall = () => {}): PostgresPool {
  return {
    options: pool.options,
    async connect() {
      const started = performance.now()
      const waited = () => ({ engine: 'postgres', operation: 'connect', ms: performance.now() - started }) as const
      try {
        const client = await pool.connect()
        onCall(waited())
        return endWhenLost(client)
      } catch (error) {
        const told = classifyPostgres(error)
        onCall({ ...waited(), failure: failureOf(told) })
        throw told
      }
    },
    end: () => pool.end()
  }
}

function endWhenLost(client: PoolClient): PoolClient {
  let lost = false
  const query = (...given: unknown[]) => {
    const result: unknown = Reflect.apply(client.query, client, given)
    if (!(result instanceof Promise)) return result
    return result.catch(error => {
      lost ||= !(error instanceof DatabaseError)
      throw classifyPostgres(error)
    })
  }
  const release = (destroy?: boolean) => client.release(lost || destroy)
  return new Proxy(client, {
    get(target, property) {
      if (property === 'query') return query
      if (property === 'release') return release
      return Reflect.get(target, property)
    }
  })
}
