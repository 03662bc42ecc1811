// What is wrong in a configuration, all of it at once, in sentences that say what would be right.
import leven from 'leven'
import { secretNames, type TSchema, Value, type ValueError, ValueErrorType } from './schema.ts'

export interface Mistake {
  /** Keys from the top of the file inwards. */
  path: string[]
  /**
   * What stands there, where the sentence begins with it: "is FOUND, MESSAGE". Apart from the message, so that it can be
   * left out where it must not be shown: a message holds nothing of the value.
   */
  found?: string
  message: string
  /** The message where the value came from a placeholder, if `message` tells a part of the value all the same. */
  withheld?: string
  /** In the file, from 1, where it could be told. */
  line?: number
}

/** A mistake as a sentence, without its place. */
export function sentenceOf({ found, message }: Pick<Mistake, 'found' | 'message'>): string {
  return found === undefined ? message : `is ${found}, ${message}`
}

/** A configuration that cannot be used; nothing listens. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(mistake => `${mistake.path.join('.')} ${sentenceOf(mistake)}`.trim()).join('; '))
    this.mistakes = mistakes
  }
}

/** Everything in which a value differs from a schema, one mistake a place. */
export function schemaMistakes(schema: TSchema, value: unknown, at: string[] = []): Mistake[] {
  const found = new Map<string, Mistake>()
  for (const error of Value.Errors(schema, value)) {
    const mistake = explain(error, [...at, ...pointerKeys(error.path)])
    const place = mistake.path.join('\n')
    // Without its blank a key is also missing, which says less.
    if (!found.has(place) || mistake.message === NO_BLANK) found.set(place, mistake)
  }
  return [...found.values()]
}

const NO_BLANK = 'lacks the blank behind its colon'

/** The keys of a JSON Pointer. */
export function pointerKeys(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function explain({ type, schema, value }: ValueError, path: string[]): Mistake {
  if (type === ValueErrorType.ObjectAdditionalProperties) {
    const key = path.at(-1) ?? ''
    // In braces key:value without a blank is one key.
    const name = key.split(':')[0] ?? ''
    return Object.hasOwn(schema.properties ?? {}, name)
      ? { path: [...path.slice(0, -1), name], message: NO_BLANK }
      : { path, message: unknownKey(key, schema) }
  }
  if (value === undefined) return { path, message: `is missing: ${describe(schema)}${example(schema)}` }
  if (type === ValueErrorType.ArrayUniqueItems && Array.isArray(value)) {
    const again = value.findIndex((item, index) => value.indexOf(item) < index)
    return { path: [...path, String(again)], found: String(value[again]), message: 'which stands in the list already' }
  }
  const quotes = typeof value !== 'string' && Value.Check(schema, String(value)) ? ', in quotes' : ''
  return { path, found: shown(value, schema), message: `but must be ${wanted(schema)}${quotes}` }
}

/** For a key that stands where the schema knows no such key. */
function unknownKey(key: string, schema: TSchema): string {
  const sections: [string, TSchema][] = Object.entries<TSchema>(schema.properties ?? {})
  const elsewhere = sections.find(([, section]) => Object.hasOwn(section.properties ?? {}, key))
  const hint = elsewhere
    ? `did you mean ${key} under ${elsewhere[0]}:?`
    : suggest(
        key,
        sections.map(([name]) => name)
      )
  if (key === '<<') return 'merges another mapping, which is not done here; write its keys out'
  if (/^log/i.test(key)) return `is not a known key; the environment variable LOG_LEVEL sets the log's level`
  return `is not a known key; ${hint}`
}

/** The nearest of the known words, or all of them when none is near. */
export function suggest(word: string, known: readonly string[]): string {
  const nearest = nearestOf(word, known)
  if (nearest !== undefined) return `did you mean ${nearest}?`
  return known.length === 0 ? 'none is known here' : `known here: ${known.join(', ')}`
}

/** Of the known words the one that was probably meant. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  const distance = (other: string) => leven(word.toLowerCase(), other.toLowerCase())
  const nearest = [...known].sort((a, b) => distance(a) - distance(b))[0]
  return nearest !== undefined && distance(nearest) <= Math.max(2, word.length / 3) ? nearest : undefined
}

/** What would be right: its form, what it is for, an example. */
function wanted(schema: TSchema): string {
  const parts = [formOf(schema), schema.description].filter(part => part)
  return `${parts.join(': ')}${example(schema)}`
}

function describe(schema: TSchema): string {
  return schema.description ?? formOf(schema) ?? ''
}

/** In which form a value is written; nothing where the description says it. */
function formOf(schema: TSchema): string | undefined {
  const { form, type, minimum, maximum, minItems, minProperties, properties } = schema
  if (typeof form === 'string') return form
  if (type === 'integer') {
    return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
      ? `a whole number of ${minimum} or more`
      : `a whole number from ${minimum} to ${maximum}`
  }
  if (type === 'boolean') return 'true or false'
  if (type === 'array') return minItems ? 'a list of one or more' : 'a list'
  if (type !== 'object') return schema.description === undefined ? 'a text' : undefined
  const keys = Object.keys(properties ?? {})
  if (keys.length > 0) return `a mapping with the ${keys.length === 1 ? 'key' : 'keys'} ${keys.join(', ')}`
  return minProperties ? 'a mapping of one or more' : 'a mapping'
}

function example({ examples }: TSchema): string {
  if (!Array.isArray(examples)) return ''
  return ` (for example ${typeof examples[0] === 'string' ? examples[0] : JSON.stringify(examples[0])})`
}

/** What stands somewhere, as far as it may be shown where something of that schema should stand. */
function shown(value: unknown, schema: TSchema): string {
  if (value === null) return 'empty'
  const isSecret = schema.secret || schema.shown === false
  if (isSecret && typeof value === 'string') return 'not usable'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping'
  // Whoever forgets the brackets or the key writes the secret where its list or its mapping should stand.
  if (isSecret || secretNames(schema).length > 0) return typeof value === 'string' ? 'a text' : `a ${typeof value}`
  return typeof value === 'string' ? showText(value) : String(value)
}

const SHOWN_MAX = 60

/** A text as a mistake shows it: in quotes, cut, and without the user and the password of an address. */
export function showText(text: string): string {
  if (text === '') return 'an empty text'
  const clean = text.replace(/:\/\/[^/\s]*@/g, '://…@')
  return `the text ${JSON.stringify(clean.length > SHOWN_MAX ? `${clean.slice(0, SHOWN_MAX)}…` : clean)}`
}
