// A configuration without its texts: keys stay, and of values what is known to be harmless.
const DURATION_OR_SIZE = /^(0|[1-9]\d*) ?(ms|s|m|h|d|B|KiB|MiB|GiB)$/
const PLACEHOLDERS_ALONE = /^(\$\{(file:)?[\w./-]+\})+$/
/** Keys whose values are words of ours, names that the operator chose, or ids that Wix and providers use. */
const TOLD = new Set([
  ...['type', 'provider', 'features', 'sizes', 'language', 'unit', 'feature', 'basePath', 'host', 'appId'],
  ...['trustProxy', 'allowedHosts']
])
/** Keys of ours; an unknown key may be a value that was put in the wrong place. */
const KEY = /^[A-Za-z][\w-]{0,63}$/
const CONNECTION_WORD = 'per-site'

/** A value of the configuration as it was written, fit for other eyes. */
export function redact(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return redactText(value, key)
  if (Array.isArray(value)) return value.map(item => redact(item, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item], index) => [
      KEY.test(name) ? name : `[key ${index + 1}]`,
      redact(item, name)
    ])
  )
}

/** The texts, and parts of addresses, that `redact` leaves out: nothing else may tell them either. */
export function* leftOut(value: unknown, key = ''): Generator<string> {
  if (typeof value === 'string') {
    if (isHarmless(value, key)) return
    const url = URL.parse(value)
    if (url?.host) yield* [value, url.username, url.password, url.pathname, url.search].filter(Boolean)
    else yield value
  } else if (Array.isArray(value)) {
    for (const item of value) yield* leftOut(item, key)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      if (!KEY.test(name)) yield name
      yield* leftOut(item, name)
    }
  }
}

function isHarmless(text: string, key: string): boolean {
  return PLACEHOLDERS_ALONE.test(text) || DURATION_OR_SIZE.test(text) || TOLD.has(key) || text === CONNECTION_WORD
}

function redactText(text: string, key: string): string {
  if (isHarmless(text, key)) return text
  const url = URL.parse(text)
  if (url?.host) {
    const user = url.username || url.password ? '[user]@' : ''
    return `${url.protocol}//${user}${url.host}${url.pathname.length > 1 ? '/…' : ''}${url.search ? '?…' : ''}`
  }
  return `[text of ${text.length} characters]`
}
