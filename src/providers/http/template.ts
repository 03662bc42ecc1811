// Texts with placeholders: `{field}` of the connection, `{monthStart:date}` of the clock, `{request#/pointer}` of an earlier answer.
import { suggest } from '../../mistakes.ts'
import {
  CLOCK,
  CLOCK_NAMES,
  type ClockName,
  isClockName,
  isMomentFormat,
  MOMENT_FORMATS,
  type MomentFormat,
  writeMoment
} from './clock.ts'
import { JsonNumber } from './json.ts'
import { type Pointer, parsePointer, resolvePointer } from './pointer.ts'

export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'field'; field: string }
  | { kind: 'clock'; name: ClockName; format: MomentFormat }
  | { kind: 'answer'; request: string; pointer: Pointer }
export type Template = readonly Part[]

/** What a placeholder may name. */
export interface Scope {
  fields: readonly string[]
  /** Left out where neither the clock nor answers make sense. */
  requests?: readonly string[]
}

/** What placeholders are filled with. */
export interface Filling {
  connection: Readonly<Record<string, string>>
  now: Date
  /** What a request was answered with; undefined when it was not made. */
  answerTo(request: string): unknown
}

const TOKENS = /\{\{|\}\}|\{[^{}]*\}|[{}]/g
const PLACEHOLDER = /^\{([A-Za-z][\w-]*)(?::([\w-]*)|#(.*))?\}$/s

/** A template, or in words what is wrong with it; of the text itself nothing but its placeholders is told. */
export function parseTemplate(text: string, scope: Scope): Template | string {
  const parts: Part[] = []
  let from = 0
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    parts.push({ kind: 'text', text: text.slice(from, index) })
    from = index + token.length
    const part = readToken(token, scope)
    if (typeof part === 'string') return part
    parts.push(part)
  }
  parts.push({ kind: 'text', text: text.slice(from) })
  return parts.filter(part => part.kind !== 'text' || part.text !== '')
}

function readToken(token: string, { fields, requests }: Scope): Part | string {
  if (token === '{{' || token === '}}') return { kind: 'text', text: token.slice(1) }
  if (token.length === 1) return 'has a single brace; write {{ or }} where a brace is meant'
  const [, name = '', format, at] = PLACEHOLDER.exec(token) ?? []
  if (fields.includes(name) && format === undefined && at === undefined) return { kind: 'field', field: name }
  if (requests && isClockName(name) && at === undefined) {
    const written = format ?? 'rfc3339'
    if (isMomentFormat(written)) return { kind: 'clock', name, format: written }
    return `writes the clock's ${name} as ${written}; ${suggest(written, MOMENT_FORMATS)}`
  }
  if (requests && at !== undefined) {
    if (!requests.includes(name)) return `names the request ${name}, which is not there; ${suggest(name, requests)}`
    const pointer = parsePointer(at)
    if (typeof pointer === 'string') return `has ${token}, which ${pointer}`
    return pointer.many ? `has ${token}, which may be many values` : { kind: 'answer', request: name, pointer }
  }
  const known = [...fields, ...(requests ? CLOCK_NAMES : [])]
  return `has the placeholder ${token}, which is not there; ${suggest(name, known)}`
}

/** The requests whose answers a template needs. */
export function requestsIn(template: Template): string[] {
  return template.flatMap(part => (part.kind === 'answer' ? [part.request] : []))
}

/** The fields that a template names. */
export function fieldsIn(template: Template): string[] {
  return template.flatMap(part => (part.kind === 'field' ? [part.field] : []))
}

/** The text with everything filled in, each value as `encode` gives it; undefined when a value of an answer is missing. */
export function fill(template: Template, filling: Filling, encode = (value: string) => value): string | undefined {
  const texts = template.map(part => {
    if (part.kind === 'text') return part.text
    const value = valueFor(part, filling)
    return value === undefined ? undefined : encode(value)
  })
  return texts.includes(undefined) ? undefined : texts.join('')
}

function valueFor(part: Exclude<Part, { kind: 'text' }>, { connection, now, answerTo }: Filling): string | undefined {
  if (part.kind === 'field') return connection[part.field]
  if (part.kind === 'clock') return writeMoment(CLOCK[part.name](now), part.format)
  const [value] = resolvePointer(part.pointer, answerTo(part.request)) ?? []
  const text = value instanceof JsonNumber ? value.text : value
  return typeof text === 'string' && text !== '' && text.isWellFormed() ? text : undefined
}
