// What may be the matter with a database, told apart once: everything that is not in this list is a fault of ours.
import { DatabaseError } from 'pg'

/** By kind: what is the matter, as a log says it, and what to do about it. */
export const storeTroubles = {
  unavailable: ['the database does not answer', 'Check the database; the service recovers by itself.'],
  refused: ['the database refuses us', 'Check the user, the password and the database that store.url names.'],
  'disk-full': ['the disk of the database is full', 'Make room on it; the service recovers by itself.'],
  'read-only': [
    'the database cannot be written to',
    'Make it writable, or let store.url name the primary; the service recovers by itself.'
  ],
  damaged: [
    'the database is damaged, its disk fails, or its tables are gone',
    'Check its disk, and restore it from a backup.'
  ],
  'file-replaced': [
    'the database file was deleted or replaced while it was in use',
    'Put the right file in its place and restart the service; until then nothing is read or saved.'
  ]
} as const satisfies Record<string, readonly [message: string, remedy: string]>

export type StoreTrouble = keyof typeof storeTroubles

/** The database cannot do now what it was asked, through no fault of ours. The message is the database's own. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly trouble: StoreTrouble

  constructor(trouble: StoreTrouble, message: string, cause?: unknown) {
    super(message, { cause })
    this.trouble = trouble
  }
}

/** By SQLSTATE, the longest beginning first: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const POSTGRES: readonly [beginning: string, trouble: StoreTrouble][] = [
  ['53100', 'disk-full'],
  ['25006', 'read-only'],
  ['42501', 'refused'],
  // Our queries name our tables alone.
  ['42P01', 'damaged'],
  ['58', 'damaged'],
  ['XX', 'damaged'],
  ['28', 'refused'],
  ['3D', 'refused'],
  // Connections that are lost or not to be had, a server that starts or stops, transactions that met another.
  ['08', 'unavailable'],
  ['40', 'unavailable'],
  ['53', 'unavailable'],
  ['55', 'unavailable'],
  ['57', 'unavailable']
]

/** By primary result code: https://www.sqlite.org/rescode.html */
const SQLITE = new Map<number, StoreTrouble>([
  [5, 'unavailable'],
  [6, 'unavailable'],
  [7, 'unavailable'],
  [8, 'read-only'],
  [10, 'damaged'],
  [11, 'damaged'],
  [13, 'disk-full'],
  [14, 'damaged'],
  [26, 'damaged']
])
const SQLITE_ERROR = 1

/** What `pg` throws, as a StoreError where the database is the matter; without a word of the server's own it does not answer. */
export function classifyPostgres(error: Error): Error
export function classifyPostgres(error: unknown): unknown
export function classifyPostgres(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error
  if (error instanceof DatabaseError) {
    const trouble = POSTGRES.find(([beginning]) => error.code?.startsWith(beginning))?.[1]
    return trouble ? new StoreError(trouble, error.message, error) : error
  }
  const isOurs = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
  return isOurs ? error : new StoreError('unavailable', error.message || codeOf(error), error)
}

/** What `node:sqlite` throws, as a StoreError where the file or its disk is the matter. */
export function classifySqlite(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error
  // The upper bits of an extended code say more than is needed here.
  const code = Number(error.errcode) & 0xff
  const hasNoTables = code === SQLITE_ERROR && error.message.startsWith('no such table')
  const trouble = hasNoTables ? 'damaged' : SQLITE.get(code)
  return trouble ? new StoreError(trouble, error.message, error) : error
}

/** Several addresses that were tried in vain leave an error without a message. */
function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name
}
