// What goes wrong with the store, told in the log.
import type { Logger } from 'pino'
import { createCountedWarnings } from '../observe/counted-warnings.ts'
import { StoreError, storeTroubles } from '../store/store-error.ts'

/** How often a trouble that lasts is told. */
const TROUBLE_EVERY_MS = 10_000

/** Tells each error as what it is: what the database is the matter with is not ours, and what is ours is not the database's. */
export function storeErrorTeller(logger: Logger): (error: Error) => void {
  const others = { kind: 'others', fields: {}, message: 'the database is in trouble' }
  const warn = createCountedWarnings(logger, others, TROUBLE_EVERY_MS)
  return error => {
    if (!(error instanceof StoreError)) return logger.error({ err: error }, 'internal error')
    const [message, remedy] = storeTroubles[error.trouble]
    warn({ kind: error.trouble, fields: { reason: error.message, remedy }, message })
  }
}
