// What is wrong in a configuration, all of it at once, in sentences that say what would be right.
import leven from 'leven'
import { type TSchema, Value, type ValueError, ValueErrorType } from './schema.ts'

export interface Mistake {
  /** Keys from the top of the file inwards. */
  path: string[]
  message: string
  /** In the file, from 1, where it could be told. */
  line?: number
}

/** A configuration that cannot be used; nothing listens. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '))
    this.mistakes = mistakes
  }
}

/** Everything in which a value differs from a schema, one mistake a place. */
export function schemaMistakes(schema: TSchema, value: unknown, at: string[] = []): Mistake[] {
  const found = new Map<string, Mistake>()
  for (const error of Value.Errors(schema, value)) {
    const path = [...at, ...pointerKeys(error.path)]
    const place = path.join('\n')
    if (!found.has(place)) found.set(place, { path, message: explain(error) })
  }
  return [...found.values()]
}

function pointerKeys(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function explain({ type, path, schema, value }: ValueError): string {
  if (type === ValueErrorType.ObjectAdditionalProperties) {
    return unknownKey(pointerKeys(path).at(-1) ?? '', Object.keys(schema.properties ?? {}))
  }
  const wanted = `${describe(schema)}${example(schema)}`
  if (value === undefined) return `is missing: ${wanted}`
  return `is ${schema.secret || schema.shown === false ? 'not usable' : show(value)}, but must be ${wanted}`
}

/** For a key that stands where no such key is known. */
export function unknownKey(key: string, known: readonly string[]): string {
  return `is not a known key; ${suggest(key, known)}`
}

/** The nearest of the known words, or all of them when none is near. */
export function suggest(word: string, known: readonly string[]): string {
  const nearest = [...known].sort((a, b) => leven(word, a) - leven(word, b))[0]
  if (nearest !== undefined && leven(word, nearest) <= Math.max(2, word.length / 3)) return `did you mean ${nearest}?`
  return known.length === 0 ? 'none is known here' : `known here: ${known.join(', ')}`
}

function describe(schema: TSchema): string {
  return schema.description ?? (schema.type === 'object' ? 'a mapping' : `of type ${schema.type}`)
}

function example({ examples }: TSchema): string {
  if (!Array.isArray(examples)) return ''
  return ` (for example ${typeof examples[0] === 'string' ? examples[0] : JSON.stringify(examples[0])})`
}

function show(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  return typeof value === 'string' ? `the text ${JSON.stringify(value.slice(0, 60))}` : String(value)
}
