// Texts and moments of the mapping: plans' ids and names, the state, dates.
import { schemaMistakes } from '../../mistakes.ts'
import type { LocalizedText } from '../../quota/report.ts'
import { Value } from '../../schema.ts'
import { visibleText } from '../upstream-text.ts'
import { Name } from '../written-names.ts'
import { CLOCK, readMoment } from './clock.ts'
import { missing, type Place, type Problem, type Reading, readPlace, wrong } from './found.ts'
import { JsonNumber, kindOf } from './json.ts'
import { textOf } from './numbers.ts'
import { MomentSchema, TextSchema } from './schema.ts'

export interface ReadValue<Result> {
  /** Where it is; nowhere when the configuration or the clock tells it. */
  places: readonly Place[]
  read(answerTo: (request: string) => unknown, now: Date): Result | Problem
  onMissing: 'omit' | 'fail'
}

/** Whether a name is to be read from an answer. */
export function isReadValue(name: LocalizedText | string | ReadValue<string> | undefined): name is ReadValue<string> {
  return typeof name === 'object' && typeof name.read === 'function'
}

/** A text of an answer, or one that the configuration writes; what `map` may lead to is `words`, or any text. */
export function readTextValue(
  written: unknown,
  where: string[],
  reading: Reading,
  { words, mayBeWritten = false }: { words?: readonly string[]; mayBeWritten?: boolean } = {}
): ReadValue<string> | undefined {
  const { mistakes } = reading
  if (mayBeWritten && typeof written === 'string' && visibleText(written))
    return { places: [], read: () => written, onMissing: 'omit' }
  const found = schemaMistakes(TextSchema, written, where)
  mistakes.push(...found)
  if (found.length > 0 || !Value.Check(TextSchema, written)) return undefined
  const place = onePlace(readPlace(written, where, reading), where, reading)
  const map = written.map && readWords(written.map, [...where, 'map'], words, reading)
  if (words && !written.map)
    mistakes.push({ path: where, message: `needs a map, of what the API says to ${words.join(', ')}` })
  if (!place) return undefined
  return {
    places: [place],
    onMissing: written.missing ?? 'omit',
    read(answerTo) {
      const value = single(place, answerTo)
      if (isTextProblem(value)) return value
      const text = textOf(value.value)
      const meant = map ? map.get(text ?? '') : text
      if (meant !== undefined && visibleText(meant) !== undefined) return meant
      return wrong(place.text, `${kindOf(value.value)} is there that ${map ? 'map does not have' : 'is no name'}`)
    }
  }
}

/** Names for readers: one text, one for each language, or a text of an answer. */
export function readName(
  written: unknown,
  where: string[],
  reading: Reading
): LocalizedText | string | ReadValue<string> | undefined {
  const isPlace = typeof written === 'object' && written !== null && ('at' in written || 'path' in written)
  if (isPlace) return readTextValue(written, where, reading)
  const schema = Name('Pro')
  if (Value.Check(schema, written)) return written
  reading.mistakes.push(...schemaMistakes(schema, written, where))
  return undefined
}

/** A moment of an answer, or of the clock. */
export function readMomentValue(written: unknown, where: string[], reading: Reading): ReadValue<Date> | undefined {
  const found = schemaMistakes(MomentSchema, written, where)
  reading.mistakes.push(...found)
  if (found.length > 0 || !Value.Check(MomentSchema, written)) return undefined
  const { clock, as = 'rfc3339', min, max, missing: onMissing = 'omit' } = written
  if (clock) {
    const others = Object.keys(written).filter(key => key !== 'clock')
    for (const key of others)
      reading.mistakes.push({ path: [...where, key], message: 'stands beside clock, which needs nothing else' })
    return others.length > 0 ? undefined : { places: [], read: (_answerTo, now) => CLOCK[clock](now), onMissing }
  }
  if (min && max)
    reading.mistakes.push({
      path: [...where, 'max'],
      message: 'stands beside min; one of them says what becomes of several values'
    })
  const known = readPlace(written, where, reading)
  const place = min || max ? known : onePlace(known, where, reading)
  if (!place) return undefined
  return {
    places: [place],
    onMissing,
    read(answerTo) {
      const values = place.find(answerTo(place.request))
      if (!values || values.length === 0 || values.includes(null)) return missing(place.text)
      if (values.length > 1 && !min && !max) return wrong(place.text, 'several values are there')
      const moments = values.map(value => {
        const text = value instanceof JsonNumber ? value.text : value
        return typeof text === 'string' ? readMoment(text, as)?.getTime() : undefined
      })
      const times = moments.filter(time => time !== undefined)
      if (times.length < values.length)
        return wrong(place.text, `what is there is no moment, written as ${as}, between 1970 and 9999`)
      return new Date(max ? Math.max(...times) : Math.min(...times))
    }
  }
}

function onePlace(place: Place | undefined, where: string[], { mistakes }: Reading): Place | undefined {
  if (!place?.many) return place
  mistakes.push({ path: where, message: `has ${place.text}, which may be several values; name one of them` })
  return undefined
}

function single(place: Place, answerTo: (request: string) => unknown): { value: unknown } | Problem {
  const [value, ...others] = place.find(answerTo(place.request)) ?? []
  if (value === undefined || value === null || value === '') return missing(place.text)
  return others.length > 0 ? wrong(place.text, 'several values are there') : { value }
}

function isTextProblem(found: { value: unknown } | Problem): found is Problem {
  return 'kind' in found
}

function readWords(
  written: Record<string, unknown>,
  where: string[],
  words: readonly string[] | undefined,
  { mistakes }: Reading
): Map<string, string> {
  const map = new Map<string, string>()
  for (const [key, value] of Object.entries(written)) {
    if (typeof value === 'string' && (words ? words.includes(value) : visibleText(value) !== undefined))
      map.set(key, value)
    else mistakes.push({ path: [...where, key], message: `must be ${words ? words.join(', ') : 'a text'}` })
  }
  return map
}
