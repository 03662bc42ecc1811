// Keys of the design that this version does not know how to honour: refused, so that nobody relies on them.
import type { Mistake } from '../mistakes.ts'

const FUTURE_KEYS = [
  ['server', 'publicUrl'],
  ['providers', '*', 'patience'],
  ['providers', '*', 'freshFor'],
  ['providers', '*', 'keepFor']
]

/** A mistake for each key of a later version. */
export function refuseFutureKeys(document: unknown): Mistake[] {
  return FUTURE_KEYS.flatMap(keys => find(document, keys)).map(path => ({
    path,
    message: 'is not there yet in this version; leave it out'
  }))
}

function find(value: unknown, [key, ...rest]: string[], path: string[] = []): string[][] {
  if (key === undefined) return value === undefined ? [] : [path]
  const keys = key === '*' && typeof value === 'object' && value !== null ? Object.keys(value) : [key]
  return keys.flatMap(name => find(child(value, name), rest, [...path, name]))
}

function child(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}
