// What happens to a request that no route of ours takes, decided from the request target as it arrived: routers and
// frameworks decode and collapse it each in their own way.

/** Our pages at the root, with everything below them: never the maker's, whatever the method. A new page goes here too. */
const RESERVED = [['v1', 'app-events'], ['v1', 'upgrade'], ['health']]
/** The same of the page that is there where connect.page says so. */
const CONNECT = ['connect']
/** The page of ours under every base path. */
const QUOTA_INFO = ['v1', 'quota-info']

/** What RFC 3986 lets stand in a path; a backslash, which some servers take for a slash, is not among it. */
const PATH = /^\/[\w.~!$&'()*+,;=:@%/-]*$/
/** What no path may hold even encoded: whoever decodes it sees other segments than we do, or none. */
const NEVER_ENCODED = /[/\\\p{Cc}]/u
const ENCODED_ASCII = /%([0-7][0-9a-f])/gi
/** Nobody in good faith encodes an encoding more often. */
const DECODINGS_MAX = 4

export type Verdict<Base> =
  /** One of our own pages, in some spelling: not passed on. */
  | { kind: 'own' }
  /** Below this base path; `rest` is the remaining path and the query as they arrived, without a slash in front. */
  | { kind: 'below'; base: Base; rest: string }
  /** Below no base path. */
  | { kind: 'elsewhere' }
  /** Not a path whose meaning is the same to everybody. */
  | { kind: 'refused'; reason: string }

/**
 * Decides about a raw request target (RFC 9112, section 3.2). The longest base path wins. Wix puts its own path behind
 * whatever the base URI ends in, so slashes between the two count as one.
 */
export function decide<Base extends { basePath: string }>(
  requestTarget: string,
  bases: readonly Base[],
  hasConnectPage = false
): Verdict<Base> {
  const mark = requestTarget.indexOf('?')
  const path = mark < 0 ? requestTarget : requestTarget.slice(0, mark)
  const query = mark < 0 ? '' : requestTarget.slice(mark)
  if (!path.startsWith('/')) return { kind: 'refused', reason: 'the request target is not a path' }
  if (!PATH.test(path) || query.includes('#')) {
    return { kind: 'refused', reason: 'the path holds a character that no path may hold' }
  }
  const raw = path.slice(1).split('/')
  const plain = raw.map(decodeSegment)
  if (!areAllTexts(plain)) return { kind: 'refused', reason: 'the path is encoded in a way that is read differently' }
  // Some servers cut parameters off a segment before they resolve dots.
  const names = plain.map(segment => segment.replace(/;.*/, ''))
  if (names.some(name => name === '.' || name === '..')) {
    return { kind: 'refused', reason: 'the path has a segment of dots' }
  }
  if (isOwn(names, bases, hasConnectPage)) return { kind: 'own' }
  const [longest] = bases
    .flatMap(base => {
      const below = indexBelow(plain, segmentsOf(base.basePath))
      return below === undefined ? [] : [{ base, below }]
    })
    .sort((a, b) => segmentsOf(b.base.basePath).length - segmentsOf(a.base.basePath).length)
  if (!longest) return { kind: 'elsewhere' }
  const rest = raw.slice(longest.below).join('/').replace(/^\/+/, '')
  return { kind: 'below', base: longest.base, rest: `${rest}${query}` }
}

/** Whether a base path lies where pages of ours do. */
export function isReserved(basePath: string): boolean {
  return isBelow(segmentsOf(basePath.toLowerCase()), RESERVED)
}

/** Whether a base path lies where the page for connecting sites would. */
export function isConnectPage(basePath: string): boolean {
  return isBelow(segmentsOf(basePath.toLowerCase()), [CONNECT])
}

/** The segments of a configured base path, slashes aside. */
export function segmentsOf(basePath: string): string[] {
  return basePath.split('/').filter(segment => segment !== '')
}

/** A segment decoded for as long as it changes; undefined when that shows what no segment may hold. */
function decodeSegment(segment: string): string | undefined {
  let text: string
  try {
    text = decodeURIComponent(segment)
  } catch {
    return undefined
  }
  for (let time = 1; time < DECODINGS_MAX; time++) {
    if (NEVER_ENCODED.test(text)) return undefined
    const decoded = text.replace(ENCODED_ASCII, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (decoded === text) return text
    text = decoded
  }
  return undefined
}

function areAllTexts(segments: (string | undefined)[]): segments is string[] {
  return segments.every(segment => segment !== undefined)
}

/** Read as leniently as any server might: the case does not matter, and empty segments are none. */
function isOwn(names: readonly string[], bases: readonly { basePath: string }[], hasConnectPage: boolean): boolean {
  const read = names.filter(name => name !== '').map(name => name.toLowerCase())
  const quotaPages = bases.map(({ basePath }) => [...segmentsOf(basePath.toLowerCase()), ...QUOTA_INFO])
  return isBelow(read, [...RESERVED, ...(hasConnectPage ? [CONNECT] : []), ...quotaPages])
}

function isBelow(segments: readonly string[], pages: readonly (readonly string[])[]): boolean {
  return pages.some(page => page.every((segment, index) => segments[index] === segment))
}

/** Where the path below a base begins among the segments; undefined when it lies elsewhere. */
function indexBelow(segments: readonly string[], base: readonly string[]): number | undefined {
  let index = 0
  for (const wanted of base) {
    while (segments[index] === '') index++
    if (segments[index++] !== wanted) return undefined
  }
  return index
}
