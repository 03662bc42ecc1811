// Why a start failed, in a sentence with its remedy. A stack is for faults of our own alone.
import { ListenError } from './http/listen.ts'
import { StoreRefusal } from './store/refusal.ts'
import { StoreError, storeTroubles } from './store/store-error.ts'
import { WorkerFailure } from './workers/crew.ts'

/** The last line of the log of a process that cannot start: its fields, and its message. */
export function startFailure(error: unknown): [fields: object, message: string] {
  if (error instanceof WorkerFailure) return [error.fields, error.message]
  if (error instanceof ListenError || error instanceof StoreRefusal)
    return [{ code: error.code }, `cannot start: ${error.message}`]
  if (error instanceof StoreError) {
    const [what, remedy] = storeTroubles[error.trouble]
    const first = remedy.replace(/; the service recovers by itself\.$|\.$/, '')
    return [{ reason: error.message, remedy: `${first}; then start it again.` }, `cannot start: ${what}`]
  }
  // Files that an address names, such as the certificates of a database.
  if (error instanceof Error && 'syscall' in error && 'code' in error)
    return [{ code: error.code }, `cannot start: the system says ${error.message}`]
  return [{ err: error }, 'cannot start']
}
