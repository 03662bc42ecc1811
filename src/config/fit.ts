// What a placeholder gives is a text; where a number, true or false is wanted, it is read as such.
import { pointerKeys } from '../mistakes.ts'
import { type TSchema, Value, ValuePointer } from '../schema.ts'

/** Says whether a placeholder filled a place, in whole or in part. */
export type IsFilled = (path: readonly string[]) => boolean

/** The value, in which such texts became what the schema wants. Texts that were written themselves stay texts. */
export function fit(schema: TSchema, value: unknown, isFilled: IsFilled, at: readonly string[] = []): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const { path, schema: wanted, value: text } of [...Value.Errors(schema, value)]) {
    if (typeof text !== 'string' || !isFilled([...at, ...pointerKeys(path)])) continue
    const meant = plainValue(text)
    if (Value.Check(wanted, meant)) ValuePointer.Set(value, path, meant)
  }
  return value
}

function plainValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^\d{1,15}$/.test(text) ? Number(text) : text
}
