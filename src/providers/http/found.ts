// Where a value of the mapping is looked for, and what is found there.
import type { Mistake } from '../../mistakes.ts'
import { suggest } from '../../mistakes.ts'
import { parsePath, resolvePath } from './json-path.ts'
import { type Pointer, parsePointer, resolvePointer } from './pointer.ts'

/** Of more values in one place nobody makes a quota. */
const FOUND_MAX = 10_000

/** A place in the answer to a request. */
export interface Place {
  request: string
  /** As the configuration writes it, for the log. */
  text: string
  /** Whether it may be several values. */
  many: boolean
  /** What is there; undefined when something is missing. */
  find(document: unknown): unknown[] | undefined
}

/** What a mapping is compiled with: what there is to name, and where mistakes go. */
export interface Reading {
  requests: readonly string[]
  mistakes: Mistake[]
}

/** What could not be read, and why: for the log, without any of what the upstream sent. */
export interface Problem {
  /** `missing`: nothing is there. `wrong`: what is there cannot be used. */
  kind: 'missing' | 'wrong'
  at: string
  message: string
}

export const missing = (at: string): Problem => ({
  kind: 'missing',
  at,
  message: `nothing is there, or not in every item, or in more than ${FOUND_MAX}`
})
export const wrong = (at: string, message: string): Problem => ({ kind: 'wrong', at, message })

export interface Written {
  at?: string
  path?: string
  each?: string
}

/** The place that a value names; undefined when there is a mistake, which is told. */
export function readPlace(
  { at, path, each }: Written,
  where: string[],
  { requests, mistakes }: Reading
): Place | undefined {
  const tell = (key: string, message: string) =>
    void mistakes.push({ path: key === '' ? where : [...where, key], message })
  const written = at ?? path
  if (written === undefined || (at !== undefined && path !== undefined)) {
    return tell('', 'must have either at (a JSON Pointer) or path (a JSONPath), such as at: wallet#/used')
  }
  const key = at === undefined ? 'path' : 'at'
  const [request = '', ...rest] = written.split('#')
  if (rest.length === 0) return tell(key, `names no request; write it as ${requests[0]}#${written}`)
  if (!requests.includes(request))
    return tell(key, `names the request ${request}, which is not there; ${suggest(request, requests)}`)
  const inside = each === undefined ? undefined : parsePointer(each)
  if (typeof inside === 'string') return tell('each', inside)
  if (inside && path === undefined)
    return tell('each', 'goes with path alone; at can name all of it: at: wallet#/items/*/used')
  const find = key === 'at' ? byPointer(rest.join('#')) : byPath(rest.join('#'), inside)
  if (typeof find === 'string') return tell(key, find)
  return { request, text: each === undefined ? written : `${written} ${each}`, ...find }
}

type Finder = Pick<Place, 'find' | 'many'>

function byPointer(text: string): Finder | string {
  const pointer = parsePointer(text)
  if (typeof pointer === 'string') return pointer
  return { many: pointer.many, find: document => limited(resolvePointer(pointer, document)) }
}

function byPath(text: string, each: Pointer | undefined): Finder | string {
  const query = parsePath(text)
  if (typeof query === 'string') return query
  return {
    many: each?.many === true,
    find(document) {
      const found = limited(resolvePath(query, document))
      if (!found || !each) return found
      const inside = found.map(value => resolvePointer(each, value))
      return inside.includes(undefined) ? undefined : inside.flatMap(values => values ?? [])
    }
  }
}

function limited(found: unknown[] | undefined): unknown[] | undefined {
  return found && found.length <= FOUND_MAX ? found : undefined
}
