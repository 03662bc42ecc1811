// Keys of the design that this version does not know how to honour: refused, so that nobody relies on them.
import type { Mistake } from './mistakes.ts'

const FUTURE_KEYS = [
  ['store'],
  ['server', 'publicUrl'],
  ['providers', '*', 'connectUrl'],
  ['providers', '*', 'patience'],
  ['providers', '*', 'freshFor'],
  ['providers', '*', 'keepFor']
]

/** A mistake for each key of a later version. */
export function refuseFutureKeys(document: unknown): Mistake[] {
  const mistakes: Mistake[] = FUTURE_KEYS.flatMap(keys => find(document, keys)).map(path => ({
    path,
    message: 'is not there yet in this version; leave it out'
  }))
  for (const path of find(document, ['providers', '*', 'connection'])) {
    if (path.reduce(child, document) === 'per-site') {
      mistakes.push({ path, message: 'per-site is not there yet in this version; write one connection for all sites' })
    }
  }
  return mistakes
}

function find(value: unknown, [key, ...rest]: string[], path: string[] = []): string[][] {
  if (key === undefined) return value === undefined ? [] : [path]
  const keys = key === '*' && typeof value === 'object' && value !== null ? Object.keys(value) : [key]
  return keys.flatMap(name => find(child(value, name), rest, [...path, name]))
}

function child(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}
