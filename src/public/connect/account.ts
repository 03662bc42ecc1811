// Which account a connection is of, as far as it may be seen: what of it is no secret.
import type { TObject } from '../../schema.ts'

/** What of a connection may be shown, by field, in the order of its schema. */
export function visibleFields(schema: TObject, connection: unknown): [field: string, value: string][] {
  const values = new Map(Object.entries(Object(connection)))
  return Object.entries(schema.properties).flatMap(([field, property]) => {
    const value = values.get(field)
    return property.secret === true || value === undefined ? [] : [[field, String(value)]]
  })
}

/**
 * Whether two connections speak for the same account. One that has nothing but secrets is nobody's as far as can be told, and
 * so the same as no other.
 */
export function isSameAccount(schema: TObject, one: unknown, other: unknown): boolean {
  const [before, after] = [one, other].map(each => visibleFields(schema, each).map(([, value]) => plain(value)))
  return before !== undefined && before.length > 0 && JSON.stringify(before) === JSON.stringify(after)
}

/** An address is the same with and without a slash at its end. */
function plain(value: string): string {
  return URL.parse(value)?.href ?? value.trim()
}
