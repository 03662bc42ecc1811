// Values that came from placeholders are never printed: in a mistake or a line of the log the placeholder stands in their place.
import { isIP } from 'node:net'
import type { Mistake } from '../mistakes.ts'
import { type Filled, type Filling, placeholdersIn } from './placeholders.ts'

/** A shorter value is no secret, and would be found in words that have nothing to do with it. */
const MISTAKE_MIN = 4
const LOG_MIN = 8

/** A text with placeholders in the place of their values. */
export type Withhold = (text: string) => string

/** What of a configuration its log must not show. */
export interface Withheld {
  /** Placeholders by the values that came from them, as they stand in JSON. */
  hidden: ReadonlyMap<string, string>
  /** Names of secrets that its providers have, beside those that every configuration has. */
  ownSecrets: readonly string[]
}

/** For the log of a service: what was a secret stays one, also once another configuration has taken its place. */
export interface LogSecrets {
  withhold: Withhold
  /** What is withheld from now on too. */
  learn(withheld: Withheld): void
}

export function createLogSecrets(): LogSecrets {
  const known = new Map<string, string>()
  const names = new Set<string>()
  let replace: Withhold = text => text
  return {
    withhold: text => replace(text),
    learn({ hidden, ownSecrets }) {
      for (const [value, placeholder] of hidden) known.set(value, placeholder)
      for (const name of ownSecrets) names.add(name)
      replace = lineWithholder({ hidden: known, ownSecrets: [...names] })
    }
  }
}

/** Takes out of a line of the log, which is JSON, what must not show. */
export function lineWithholder({ hidden, ownSecrets }: Withheld): Withhold {
  const withhold = withholder(hidden)
  if (ownSecrets.length === 0) return withhold
  const names = ownSecrets.map(name => JSON.stringify(name).replace(/[^\w"]/g, '\\$&')).join('|')
  const text = String.raw`"(?:[^"\\]|\\.)*"`
  const members = new RegExp(String.raw`(${names}):(?:${text}|\[(?:${text},?)*\])`, 'g')
  return line => withhold(line.replace(members, '$1:"[secret]"'))
}

/** Mistakes as they may be told. `isPublic` says which values are no secret. */
export function withholdFromMistakes(
  filled: Filled,
  isPublic: (value: string) => boolean
): (mistake: Mistake) => Mistake {
  const withhold = withholder(hiddenIn(filled.fillings, MISTAKE_MIN, isPublic, text => text))
  return ({ found, message, withheld, ...mistake }) => {
    const written = filled.writtenAt(mistake.path)
    return {
      ...mistake,
      message: withhold((written !== undefined && withheld) || message),
      // Also what was made of a value, such as the first half of it, must not be shown.
      ...(found !== undefined && { found: written === undefined ? withhold(found) : filledText(written) })
    }
  }
}

function filledText(written: string): string {
  const placeholders = placeholdersIn(written).join(' and ')
  return placeholders === written ? `${written} (its value is not shown)` : `a text with ${placeholders} in it`
}

/** What must not show in lines of the log, which are JSON: placeholders by their values. */
export function hiddenFromLog(
  fillings: readonly Filling[],
  isPublic: (value: string) => boolean
): ReadonlyMap<string, string> {
  return hiddenIn(fillings, LOG_MIN, isPublic, text => JSON.stringify(text).slice(1, -1))
}

function hiddenIn(
  fillings: readonly Filling[],
  lengthMin: number,
  isPublic: (value: string) => boolean,
  inPlace: (text: string) => string
): Map<string, string> {
  const parts = fillings.flatMap(({ placeholder, value }) =>
    [value.trim(), ...passwordIn(value.trim())].map(part => ({ placeholder, part }))
  )
  const hidden = new Map<string, string>()
  for (const { placeholder, part } of parts) {
    if (part.length < lengthMin || isPublic(part)) continue
    // A quote is escaped in a text that a mistake quotes, and as a matter of course in JSON.
    for (const form of [part, JSON.stringify(part).slice(1, -1)]) hidden.set(inPlace(form), inPlace(placeholder))
  }
  return hidden
}

/** Puts placeholders in the place of their values. */
export function withholder(hidden: ReadonlyMap<string, string>): Withhold {
  // The longest first: one value may be a part of another.
  const ordered = [...hidden].sort(([a], [b]) => b.length - a.length)
  return text => ordered.reduce((all, [value, placeholder]) => all.replaceAll(value, () => placeholder), text)
}

/** Who gives a whole address gives its password too, which drivers may name by itself. */
function passwordIn(value: string): string[] {
  const password = URL.parse(value)?.password
  if (!password) return []
  try {
    return [password, decodeURIComponent(password)]
  } catch {
    return [password]
  }
}

/** Whether a value tells nothing: it stands in the file itself, is one of our own words, or an address of a machine. */
export function publicValues(plainText: string, ownWords: readonly string[]): (value: string) => boolean {
  return value => plainText.includes(value) || ownWords.includes(value) || value === 'localhost' || isIP(value) !== 0
}
