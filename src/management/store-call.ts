// The store's failures as the management API tells them.
import { QuotaBridgeError } from '../errors.ts'

const RETRY_AFTER_SECONDS = 5

/** @throws {QuotaBridgeError} STORE_UNAVAILABLE when the database does not answer */
export async function inStore<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call
  } catch (cause) {
    throw new QuotaBridgeError('STORE_UNAVAILABLE', { retryAfterSeconds: RETRY_AFTER_SECONDS, cause })
  }
}
