// Pages of lists: a cursor that names the last row seen, so that a page costs the same however far down it is.
import { QuotaBridgeError } from '../errors.ts'
import { type Static, type TSchema, Type, Value } from '../schema.ts'

const PAGE_MAX = 200
export const PAGE_DEFAULT = 50

/** For a text that is looked up: PostgreSQL holds no NUL, so that no row can have one. */
export const STORABLE = { pattern: '^[^\\u0000]*$' }

export const pageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 2048, description: 'The nextCursor of the page before.' })),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: PAGE_DEFAULT, description: 'Rows a page.' })
  )
}

export const NextCursor = Type.Optional(
  Type.String({ description: 'Where the next page starts; absent on the last one.' })
)

export function writeCursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** @throws {QuotaBridgeError} INVALID_REQUEST when it is not a cursor of this list */
export function readCursor<Schema extends TSchema>(schema: Schema, cursor: string): Static<Schema> {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    value = undefined
  }
  if (Value.Check(schema, value)) return value
  throw new QuotaBridgeError('INVALID_REQUEST', {
    message: 'The cursor is not one of this list.',
    remedy: 'Start without a cursor, then send the nextCursor of the page before.',
    data: { field: 'querystring.cursor' }
  })
}
