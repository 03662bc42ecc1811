// The store's failures as callers are told of them.
import { QuotaBridgeError } from '../errors.ts'
import { StoreError, storeTroubles } from './store-error.ts'

const RETRY_AFTER_SECONDS = 5

/** @throws {QuotaBridgeError} STORE_UNAVAILABLE that says what is the matter with the database; other errors as they are */
export async function inStore<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call
  } catch (error) {
    throw error instanceof StoreError ? storeUnavailable(error) : error
  }
}

function storeUnavailable(cause: StoreError): QuotaBridgeError {
  const retry = { retryAfterSeconds: RETRY_AFTER_SECONDS, cause }
  // Of the usual case the catalogue has the words.
  if (cause.trouble === 'unavailable') return new QuotaBridgeError('STORE_UNAVAILABLE', retry)
  const [what, remedy] = storeTroubles[cause.trouble]
  const message = `The service cannot use its store: ${what}.`
  return new QuotaBridgeError('STORE_UNAVAILABLE', { ...retry, message, remedy, data: { trouble: cause.trouble } })
}
