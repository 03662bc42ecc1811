// JSON without losing digits: every number keeps the text that it was written as.

/** What JSON.parse has in Node since V8 11.4, of which TypeScript's library does not know yet. https://github.com/tc39/proposal-json-parse-with-source */
type ParseWithSource = (
  text: string,
  reviver: (key: string, value: unknown, context?: { source?: string }) => unknown
) => unknown
const parse: ParseWithSource = JSON.parse

/** Deeper, a document is nothing that an API tells. */
const DEPTH_MAX = 64
/** Values in a document, with all that is inside of them. */
const VALUES_MAX = 200_000

/** A number of a document, as it is written there: `28.0`, `1e400`, `9007199254740993`. */
export class JsonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/**
 * The document, with a JsonNumber in the place of every number.
 * @throws {SyntaxError} when it is not JSON, or too deep or too manifold to be looked at
 */
export function parseExact(text: string): unknown {
  const document = parse(text, (_key, value, context) =>
    typeof value === 'number' ? new JsonNumber(context?.source ?? String(value)) : value
  )
  let values = 0
  const measure = (value: unknown, depth: number) => {
    if (++values > VALUES_MAX || depth > DEPTH_MAX) throw new SyntaxError('too much of a document')
    for (const inside of insideOf(value)) measure(inside, depth + 1)
  }
  measure(document, 0)
  return document
}

function insideOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return []
  return Array.isArray(value) ? value : Object.values(value)
}

/** What stands in a document's value under a key, or in a list at an index; undefined when nothing does. */
export function childOf(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return undefined
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}

export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain }

/** The same document with numbers as JavaScript has them, rounded where they must be: for what only compares. */
export function plainCopy(value: unknown): Plain {
  if (value instanceof JsonNumber) return Number(value.text)
  if (Array.isArray(value)) return value.map(plainCopy)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainCopy(item)]))
  return typeof value === 'string' || typeof value === 'boolean' ? value : null
}

/** What a value is, in words for the log: nothing of what it holds. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof JsonNumber) return 'a number'
  return typeof value === 'object' ? 'an object' : typeof value === 'boolean' ? 'a boolean' : 'a text'
}
