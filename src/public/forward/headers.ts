// Which headers cross, in either direction. Names, order, repetition and bytes of those that do stay as they arrived.
// https://www.rfc-editor.org/rfc/rfc9110#section-7.6

/** Of one connection only. `expect` is answered here: the 100 has been sent when the body is wanted. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade'
])
/** Written anew, so that no listing in `Connection` can take them away. */
const REWRITTEN = new Set(['content-length', 'host', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'])

export interface Forwarding {
  /** The maker's server, as its `Host`. */
  host: string
  /** Whom this server talks with. */
  remoteAddress: string
  /** This process, as `Via` names it. */
  via: string
  /** In bytes; undefined when nobody said how long the body is, or there is none. */
  contentLength: number | undefined
}

/**
 * The headers of a call on its way to the maker's server, from those that arrived (names and values by turns).
 * What an outer proxy says of host and protocol is believed: this server itself never speaks TLS.
 */
export function forwardedHeaders(raw: readonly string[], forwarding: Forwarding): string[] {
  const { host, remoteAddress, via, contentLength } = forwarding
  const crossing = endToEnd(raw, REWRITTEN)
  const added = {
    host,
    via: [...valuesOf(raw, 'via'), via].join(', '),
    'x-forwarded-for': [...valuesOf(raw, 'x-forwarded-for'), remoteAddress].join(', '),
    'x-forwarded-host': valuesOf(raw, 'x-forwarded-host')[0] ?? valuesOf(raw, 'host')[0],
    'x-forwarded-proto': valuesOf(raw, 'x-forwarded-proto')[0] ?? 'http',
    'content-length': contentLength?.toString()
  }
  return [...crossing, ...Object.entries(added).flatMap(([name, value]) => (value === undefined ? [] : [name, value]))]
}

/** The headers of the answer on its way back. A length that stands beside a transfer coding means nothing. */
export function answerHeaders(raw: readonly string[]): string[] {
  const coded = valuesOf(raw, 'transfer-encoding').length > 0
  return endToEnd(raw, new Set(coded ? ['content-length'] : []), new Set(['content-length']))
}

/** Every value of a header, in order. */
export function valuesOf(raw: readonly string[], wanted: string): string[] {
  return pairs(raw).flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []))
}

function endToEnd(raw: readonly string[], left: ReadonlySet<string>, kept: ReadonlySet<string> = new Set()): string[] {
  const listed = valuesOf(raw, 'connection').flatMap(value => value.toLowerCase().split(','))
  const dropped = new Set([...HOP_BY_HOP, ...listed.map(name => name.trim()).filter(name => !kept.has(name)), ...left])
  return pairs(raw).flatMap(([name, value]) => (dropped.has(name.toLowerCase()) ? [] : [name, value]))
}

function pairs(raw: readonly string[]): [name: string, value: string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[2 * index] ?? '', raw[2 * index + 1] ?? ''])
}
