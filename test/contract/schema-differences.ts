// Whether two JSON schemas say the same, leaving aside what they say to people.

const FOR_PEOPLE = new Set(['description', 'title', 'examples'])

/** Schemas by the name under which the second one refers to them. */
type Named = Record<string, object>

/** Where two schemas differ, as paths. */
export function schemaDifferences(ours: unknown, theirs: unknown, named: Named, at = 'the schema'): string[] {
  const [a, b] = [comparable(ours, named), comparable(theirs, named)]
  if (!isRecord(a) || !isRecord(b)) return JSON.stringify(a) === JSON.stringify(b) ? [] : [at]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap(key =>
    Object.hasOwn(a, key) && Object.hasOwn(b, key)
      ? schemaDifferences(a[key], b[key], named, `${at}/${key}`)
      : [`${at}/${key}`]
  )
}

/** One level of a schema as a record: references followed, lists by index, and what is for people left out. */
function comparable(value: unknown, named: Named): unknown {
  // The order of `required` means nothing.
  if (Array.isArray(value)) return { ...(value.every(each => typeof each === 'string') ? value.toSorted() : value) }
  if (!isRecord(value)) return value
  const { $ref, ...rest } = value
  const referred = typeof $ref === 'string' ? named[$ref.replace('#/components/schemas/', '')] : undefined
  if ($ref && !referred) return { $ref, ...rest }
  // A property may be called `title` too; its value is a schema then, not a text.
  return Object.fromEntries(
    Object.entries({ ...referred, ...rest }).filter(([key, each]) => !FOR_PEOPLE.has(key) || isRecord(each))
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
