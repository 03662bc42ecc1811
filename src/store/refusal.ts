// Why a service does not start on a store that could be opened.
import type { Rotation } from './rotation.ts'

export type StoreRefusalCode = 'STORE_IN_USE' | 'STORE_KEYS_MISSING' | 'STORE_NOT_WRITABLE'

/** A store that a service must not be started on; the message says why, and what to do. */
export class StoreRefusal extends Error {
  override readonly name = 'StoreRefusal'
  readonly code: StoreRefusalCode

  constructor(code: StoreRefusalCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** So much under unknown keys is a wrong configuration; what is less may be what an earlier accident left. */
export const LARGE_PART = 1 / 4

/**
 * Gives how many rows are under a key that is not configured, and of how many.
 * @throws {StoreRefusal} when they are a large part of all, unless `force` says that this is known
 */
export async function demandKeys(
  rotation: Pick<Rotation, 'countSeals'>,
  force: boolean
): Promise<{ rows: number; foreign: number }> {
  const count = await rotation.countSeals()
  const { rows, foreign } = count
  if (force || foreign === 0 || foreign < rows * LARGE_PART) return count
  throw new StoreRefusal(
    'STORE_KEYS_MISSING',
    `${foreign} of the ${rows} encrypted rows in the store are under a key that store.encryptionKeys does not name. Add that key behind the first one; to start all the same, and let those sites connect again, use --force.`
  )
}
