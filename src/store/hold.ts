// One service per SQLite file: a second one would not hear of the first one's changes.
import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { IN_MEMORY } from './database.ts'
import { StoreRefusal } from './refusal.ts'
import { classifySqlite, StoreError } from './store-error.ts'

/**
 * Holds a store for one service, until it is let go or the process ends, however it ends; commands and a service's own
 * workers open what a service holds, but for an import. A PostgreSQL is for many services, and nothing is held then.
 * @throws {StoreRefusal} when another service holds the file, or it cannot be made or written to
 */
export function holdStore(url: string): { release(): void } {
  if (!url.startsWith('file:') || url === IN_MEMORY) return { release: () => {} }
  const file = url.slice('file:'.length)
  try {
    mkdirSync(dirname(file), { recursive: true })
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw notWritable('it is a folder')
    return lock(`${locate(file)}-service`)
  } catch (error) {
    const reason = whyNotWritable(error)
    if (reason !== undefined) throw notWritable(reason, error)
    const cause = classifySqlite(error)
    if (!(cause instanceof StoreError) || cause.trouble !== 'unavailable') throw cause
    throw new StoreRefusal(
      'STORE_IN_USE',
      `Another Quota Bridge service uses ${file}. Stop that one first; for several services at once, let store.url name a PostgreSQL.`
    )
  }
}

/** The system's code, or SQLite's reason where the file cannot be opened or written: https://www.sqlite.org/rescode.html */
function whyNotWritable(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('syscall' in error && 'code' in error) return String(error.code)
  return 'errcode' in error && [8, 14].includes(Number(error.errcode) & 0xff) ? error.message : undefined
}

function notWritable(reason: string, cause?: unknown): StoreRefusal {
  return new StoreRefusal(
    'STORE_NOT_WRITABLE',
    `The SQLite file that store.url names cannot be made or written to (${reason}). Let the user this runs as (${process.getuid?.()}) write to its folder, or mount a volume of that user's there.`,
    cause
  )
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
