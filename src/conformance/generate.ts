// Answers that an upstream should not give, made from one that it gives: the same for the same seed.

/** Numbers from 0 to 1: a linear congruential generator (Numerical Recipes' constants). */
export function createChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Every place in a document, as keys, but for the whole. */
export function placesIn(document: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof document !== 'object' || document === null) return []
  return Object.entries(document).flatMap(([key, inside]) => [[...path, key], ...placesIn(inside, [...path, key])])
}

const ABSENT = Symbol('absent')

/** Every document that tells a value less: it is absent, or null. A list without one of its items tells all the same, and is none. */
export function lesser(documents: Readonly<Record<string, unknown>>): { path: readonly string[]; documents: object }[] {
  return placesIn(documents)
    .filter(path => path.length > 1)
    .flatMap(path => {
      const list = path.slice(0, -1).reduce<unknown>((inside, key) => Reflect.get(Object(inside), key), documents)
      const instead = Array.isArray(list) ? [null] : [null, ABSENT]
      return instead.map(value => ({ path, documents: Object(replaced(documents, path, value)) }))
    })
}

/** The document with something else in a place. */
export function replaced(document: unknown, [key, ...inside]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  if (Array.isArray(document)) {
    const items = document.map((item, index) => (String(index) === key ? replaced(item, inside, value) : item))
    return items.filter(item => item !== ABSENT)
  }
  const entries = Object.entries(Object(document)).map(([name, item]) => [
    name,
    name === key ? replaced(item, inside, value) : item
  ])
  return Object.fromEntries(entries.filter(([, item]) => item !== ABSENT))
}

/** What stands in the place of a value: other types, and numbers that are none, or none of use. */
const INSTEAD: readonly unknown[] = [
  ...[ABSENT, null, '', 'NaN', '1e400', 'text', true, {}, []],
  ...[0, -1, 0.5, 1e21, 2 ** 53, '12', '2026-13-45T00:00:00Z', { '__proto__ ': 1 }, [null]]
]

/** Some of the documents changed in one to three places. */
export function changed(
  documents: Readonly<Record<string, unknown>>,
  chance: () => number
): Readonly<Record<string, unknown>> {
  const one = <Item>(list: readonly Item[]): Item | undefined => list[Math.floor(chance() * list.length)]
  let after = documents
  for (let times = 1 + Math.floor(chance() * 3); times > 0; times--) {
    const path = one(placesIn(after).filter(place => place.length > 1))
    if (path) after = Object(replaced(after, path, one(INSTEAD)))
  }
  return after
}
