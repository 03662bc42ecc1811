// One service per SQLite file: a second one would not hear of the first one's changes.
import { mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { IN_MEMORY } from './database.ts'
import { StoreRefusal } from './refusal.ts'
import { classifySqlite, StoreError } from './store-error.ts'

/**
 * Holds a store for one service, until it is let go or the process ends, however it ends; commands and a service's own
 * workers open what a service holds, but for an import. A PostgreSQL is for many services, and nothing is held then.
 * @throws {StoreRefusal} when another service holds the file
 */
export function holdStore(url: string): { release(): void } {
  if (!url.startsWith('file:') || url === IN_MEMORY) return { release: () => {} }
  const file = url.slice('file:'.length)
  mkdirSync(dirname(file), { recursive: true })
  try {
    return lock(`${locate(file)}-service`)
  } catch (error) {
    const cause = classifySqlite(error)
    if (!(cause instanceof StoreError) || cause.trouble !== 'unavailable') throw cause
    throw new StoreRefusal(
      'STORE_IN_USE',
      `Another Quota Bridge service uses ${file}. Stop that one first; for several services at once, let store.url name a PostgreSQL.`
    )
  }
}

/** SQLite's own lock on a file without content: the system lets go of it when the process is gone. */
function lock(file: string): { release(): void } {
  const database = new DatabaseSync(file)
  try {
    database.exec('begin exclusive')
  } catch (error) {
    database.close()
    throw error
  }
  return { release: () => database.close() }
}

/** Whatever names lead to it, a file has one lock. */
function locate(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return join(realpathSync(dirname(file)), basename(file))
  }
}
