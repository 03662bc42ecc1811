// JSONPath (RFC 9535) by json-p3, without what can take long: regular expressions, and searches inside of searches.
// https://www.rfc-editor.org/rfc/rfc9535
import { JSONPathEnvironment, JSONPathError, type JSONPathQuery } from 'json-p3'
import { childOf, type Plain, plainCopy } from './json.ts'

const environment = new JSONPathEnvironment()
// They backtrack: one text of a few dozen characters keeps a processor busy for seconds.
environment.functionRegister.delete('match')
environment.functionRegister.delete('search')

const QUOTED = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/g

/** Of documents that are looked at, their plain copies: several values are found in one. */
const copies = new WeakMap<object, Plain>()

/** A query, or in words what is wrong with it. */
export function parsePath(text: string): JSONPathQuery | string {
  try {
    const query = environment.compile(text)
    // Each of them may visit the whole document for every value that another one visits.
    const searches = [
      ...text
        .slice(1)
        .replace(QUOTED, '')
        .matchAll(/\.\.|\$|\?/g)
    ].map(([sign]) => sign)
    return searches.includes('$') || searches.length > 2 || searches.filter(sign => sign === '..').length > 1
      ? 'searches inside of a search: it may have one .. and two filters at most, and $ only at its beginning'
      : query
  } catch (error) {
    if (!(error instanceof JSONPathError)) throw error
    return `is no JSONPath: ${error.message.split('\n')[0]} (match() and search() are not there)`
  }
}

/** What a query finds in a document; undefined when that is nothing, or the same twice. */
export function resolvePath(query: JSONPathQuery, document: unknown): unknown[] | undefined {
  const found = query.query(copyOf(document)).locations()
  const places = new Set(found.map(location => JSON.stringify(location)))
  if (found.length === 0 || places.size < found.length) return undefined
  return found.map(location => location.reduce<unknown>((value, key) => childOf(value, String(key)), document))
}

function copyOf(document: unknown): Plain {
  if (typeof document !== 'object' || document === null) return plainCopy(document)
  const copy = copies.get(document) ?? plainCopy(document)
  copies.set(document, copy)
  return copy
}
