// URLs with placeholders, of which the host is fixed: what is filled in changes nothing but one segment or one parameter.
import { baseUrlMistake, type HostRules } from '../outbound.ts'
import { type Filling, fill, parseTemplate, type Scope, type Template } from './template.ts'

export interface Address {
  origin: string
  /** What follows the origin. */
  rest: Template
}

const ORIGIN = /^https?:\/\/[^/?#{}\s\\]+/i
/** What browsers and servers take for "here" and "one up"; encoding does not change that. */
const DOTS = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i

/** A URL with placeholders, or in words what is wrong with it. `rules` are of the hosts that may be called. */
export function parseAddress(text: string, scope: Scope, rules?: HostRules): Address | string {
  const [base = ''] = ORIGIN.exec(text) ?? []
  if (base === '') return 'must begin with https:// and a host, which holds no placeholder'
  const mistake = rules ? baseUrlMistake(base, rules) : URL.canParse(base) ? undefined : 'is not a URL'
  if (mistake !== undefined) return mistake
  const rest = parseTemplate(text.slice(base.length), scope)
  if (typeof rest === 'string') return rest
  const literal = rest.map(part => (part.kind === 'text' ? part.text : 'x')).join('')
  if (/[\s\\]/.test(literal)) return 'has a blank or a backslash; write %20 or %5C'
  if (rules && literal.includes('#')) return 'has a fragment (#), which is never sent'
  if (hasDots(literal)) return 'has a segment of dots; write the path without it'
  return { origin: new URL(base).origin, rest }
}

/**
 * The URL with everything filled in and encoded; 'missing' when an answer has no such value, 'unfit' when a value would
 * change the path.
 */
export function fillAddress({ origin, rest }: Address, filling: Filling): URL | 'missing' | 'unfit' {
  const filled = fill(rest, filling, encodeURIComponent)
  if (filled === undefined) return 'missing'
  const url = URL.canParse(`${origin}${filled}`) ? new URL(`${origin}${filled}`) : undefined
  return url?.origin === origin && !hasDots(filled) ? url : 'unfit'
}

function hasDots(rest: string): boolean {
  return DOTS.test(rest.replace(/[?#].*$/s, ''))
}
