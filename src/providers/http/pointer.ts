// JSON Pointers (RFC 6901), in which `*` stands for every item of a list. https://www.rfc-editor.org/rfc/rfc6901
import { childOf } from './json.ts'

export interface Pointer {
  text: string
  keys: readonly string[]
  /** Whether it may name more than one value. */
  many: boolean
}

/** A pointer, or in words what is wrong with it. */
export function parsePointer(text: string): Pointer | string {
  if (text !== '' && !text.startsWith('/')) return `is no JSON Pointer: it must begin with a slash, as in /${text}`
  if (/~(?![01])/.test(text)) return 'is no JSON Pointer: ~ is written ~0, and a slash inside of a key ~1'
  const keys = text
    .split('/')
    .slice(1)
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  return { text, keys, many: keys.includes('*') }
}

/**
 * What a pointer names in a document, in order. Undefined when it names nothing, or nothing in one of several items:
 * what is there of such a list says nothing about all of it.
 */
export function resolvePointer({ keys }: Pick<Pointer, 'keys'>, document: unknown): unknown[] | undefined {
  let found: unknown[] = [document]
  for (const key of keys) {
    const next = found.flatMap(value => {
      const inside = key === '*' ? value : [childOf(value, key)]
      return Array.isArray(inside) ? inside : [undefined]
    })
    if (next.includes(undefined)) return undefined
    found = next
  }
  return found
}
