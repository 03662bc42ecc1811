// What an answer looks like: its keys and what kinds of values they have, for whoever writes pointers into it.
import { JsonNumber, kindOf } from './json.ts'

const DEPTH_MAX = 4
const KEYS_MAX = 24
const TEXT_MAX = 60

/** The form of a document in one line, without its values: `{ wallets: [2 × { id: text }] }`. */
export function outline(document: unknown, depth = DEPTH_MAX): string {
  if (Array.isArray(document)) {
    if (document.length === 0) return '[]'
    return depth === 0 ? '[…]' : `[${document.length} × ${outline(document[0], depth - 1)}]`
  }
  if (typeof document !== 'object' || document === null || document instanceof JsonNumber)
    return kindOf(document).replace(/^a /, '')
  const entries = Object.entries(document)
  if (entries.length === 0) return '{}'
  if (depth === 0) return '{…}'
  const shown = entries.slice(0, KEYS_MAX).map(([key, value]) => `${key}: ${outline(value, depth - 1)}`)
  return `{ ${[...shown, ...(entries.length > KEYS_MAX ? ['…'] : [])].join(', ')} }`
}

/** A value as it stands in a document, in one line. */
export function showValue(value: unknown): string {
  if (value instanceof JsonNumber) return value.text
  if (typeof value === 'string') return JSON.stringify(value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value)
  return value === null || typeof value === 'boolean' ? String(value) : outline(value, 1)
}
