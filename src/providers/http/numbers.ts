// A number of the mapping: compiled once, and read exactly from the answers.
import { schemaMistakes } from '../../mistakes.ts'
import { type Static, Value } from '../../schema.ts'
import { type Fraction, numberOf, readFactor, readNumber, wholeNumber } from './exact.ts'
import { missing, type Place, type Problem, type Reading, readPlace, wrong } from './found.ts'
import { JsonNumber, kindOf } from './json.ts'
import { NumberSchema } from './schema.ts'

const AGGREGATES = ['sum', 'count', 'min', 'max'] as const
type Aggregate = (typeof AGGREGATES)[number]
type Amount = Fraction | 'unlimited'

export interface NumberValue {
  /** Its place, for the log. */
  at: string
  /** Where all its parts are, its own place first. */
  places: readonly Place[]
  /** Reads it; `answerTo` gives a request's document, or undefined where it was not made. */
  read(answerTo: (request: string) => unknown): Amount | Problem
  onMissing: 'omit' | 'unlimited' | 'fail'
}

/** Whether a number may be `unlimited`, or written in the configuration itself. */
export interface NumberRules {
  mayBeUnlimited: boolean
  mayBeWritten: boolean
}

/** A number as the configuration describes it; undefined when there is a mistake, which is told. */
export function readNumberValue(
  written: unknown,
  where: string[],
  rules: NumberRules,
  reading: Reading
): NumberValue | undefined {
  const literal = rules.mayBeWritten ? writtenNumber(written, rules) : undefined
  if (literal) return { at: '', places: [], read: () => literal, onMissing: 'omit' }
  if (typeof written !== 'object') {
    const orWritten = rules.mayBeWritten ? ', or a whole number' : ', such as { at: wallet#/used }'
    reading.mistakes.push({
      path: where,
      message: `must be a value of an answer${orWritten}${rules.mayBeUnlimited ? ', or unlimited' : ''}`
    })
    return undefined
  }
  const found = schemaMistakes(NumberSchema, written, where)
  reading.mistakes.push(...found)
  return found.length === 0 && Value.Check(NumberSchema, written) ? compile(written, where, rules, reading) : undefined
}

function writtenNumber(written: unknown, { mayBeUnlimited }: NumberRules): Amount | undefined {
  if (written === 'unlimited' && mayBeUnlimited) return 'unlimited'
  const number = typeof written === 'number' ? readNumber(String(written)) : undefined
  return number && typeof wholeNumber(number) === 'number' ? number : undefined
}

function compile(
  written: Static<typeof NumberSchema>,
  where: string[],
  rules: NumberRules,
  reading: Reading
): NumberValue | undefined {
  const before = reading.mistakes.length
  const tell = (key: string, message: string) => void reading.mistakes.push({ path: [...where, key], message })
  const place = readPlace(written, where, reading)
  const [aggregate, second] = AGGREGATES.filter(name => written[name])
  if (second) tell(second, `stands beside ${aggregate}; one of them says what becomes of several values`)
  if (place?.many && !aggregate)
    tell('at' in written ? 'at' : 'path', 'may be several values; say sum, count, min or max: true')
  const operands = (key: 'plus' | 'minus') =>
    (Array.isArray(written[key]) ? written[key] : written[key] === undefined ? [] : [written[key]]).map(
      (item, index) => {
        const at = [...where, key, ...(Array.isArray(written[key]) ? [String(index)] : [])]
        if (typeof item === 'object' && item !== null && 'missing' in item) {
          reading.mistakes.push({
            path: [...at, 'missing'],
            message: 'stands at the whole value alone: without one of its parts there is none'
          })
        }
        return readNumberValue(item, at, { mayBeUnlimited: false, mayBeWritten: true }, reading)
      }
    )
  const [plus, minus] = [operands('plus'), operands('minus')]
  const factor = written.scale === undefined ? undefined : readFactor(String(written.scale))
  if (written.scale !== undefined && !factor)
    tell('scale', 'must be a number above zero, or two with a slash, such as 1/100')
  const map = readMap(written.map, [...where, 'map'], rules, reading)
  const unlimited = new Set(written.unlimitedWhen?.map(mark))
  if (unlimited.has(undefined)) tell('unlimitedWhen', 'must be a list of numbers, texts, booleans or null')
  if (!rules.mayBeUnlimited) {
    if (written.unlimitedWhen) tell('unlimitedWhen', 'goes with limit alone')
    if (written.missing === 'unlimited') tell('missing', 'is unlimited, which a limit alone can be')
  }
  if (!place || reading.mistakes.length > before) return undefined
  const one = (value: unknown): Amount | Problem => {
    const meaning = mark(value)
    if (meaning !== undefined && unlimited.has(meaning)) return 'unlimited'
    if (value === null) return missing(place.text)
    if (map)
      return map.get(textOf(value) ?? '') ?? wrong(place.text, `${kindOf(value)} is there that map does not have`)
    return numberOf(value) ?? wrong(place.text, `${kindOf(value)} is there that is no number, or has too many digits`)
  }
  return {
    at: place.text,
    places: [place, ...[...plus, ...minus].flatMap(value => value?.places ?? [])],
    onMissing: written.missing ?? 'omit',
    read(answerTo) {
      let total = gather(place, answerTo, aggregate, one)
      for (const [sign, values] of [
        [1n, plus],
        [-1n, minus]
      ] as const) {
        for (const value of values) {
          if (isProblem(total)) return total
          const other = value?.read(answerTo) ?? missing(place.text)
          if (isProblem(other)) return other
          if (other === 'unlimited') return wrong(place.text, 'what is added or taken away is unlimited')
          if (total !== 'unlimited') total = total.add(other.mul(sign, 1n))
        }
      }
      if (isProblem(total) || total === 'unlimited') return total
      const scaled = factor ? total.mul(factor) : total
      return written.round === 'up' ? scaled.ceil() : written.round === 'down' ? scaled.floor() : scaled
    }
  }
}

/** What stands in a place, as one amount. */
function gather(
  place: Place,
  answerTo: (request: string) => unknown,
  aggregate: Aggregate | undefined,
  one: (value: unknown) => Amount | Problem
): Amount | Problem {
  const values = place.find(answerTo(place.request))
  if (!values) return missing(place.text)
  if (aggregate === 'count') return readNumber(String(values.length)) ?? missing(place.text)
  if (!aggregate && values.length > 1) return wrong(place.text, 'several values are there')
  const amounts: Fraction[] = []
  let unlimited = false
  for (const value of values) {
    const amount = one(value)
    if (amount === 'unlimited') unlimited = true
    else if (isProblem(amount)) return amount
    else amounts.push(amount)
  }
  // The least of several limits is one, even where another is none.
  if (unlimited && (aggregate !== 'min' || amounts.length === 0)) return 'unlimited'
  const [first, ...others] = amounts
  if (!first) return aggregate === 'sum' ? (readNumber('0') ?? missing(place.text)) : missing(place.text)
  return others.reduce((all, amount) => {
    if (aggregate === 'sum') return all.add(amount)
    return all.compare(amount) > 0 === (aggregate === 'max') ? all : amount
  }, first)
}

export function isProblem(value: object | string): value is Problem {
  return typeof value === 'object' && 'kind' in value
}

/** What a value of a document is compared by: numbers by what they are worth. */
function mark(value: unknown): string | undefined {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  const text = value instanceof JsonNumber ? value.text : typeof value === 'number' ? String(value) : undefined
  return text === undefined ? undefined : readNumber(text)?.toFraction()
}

/** How `map` names a value of a document; undefined for what it cannot name. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (!(value instanceof JsonNumber)) return undefined
  const number = readNumber(value.text)
  return number?.d === 1n ? number.toFraction() : value.text
}

function readMap(
  written: Record<string, unknown> | undefined,
  where: string[],
  rules: NumberRules,
  { mistakes }: Reading
): Map<string, Amount> | undefined {
  if (!written) return undefined
  const map = new Map<string, Amount>()
  for (const [key, value] of Object.entries(written)) {
    const amount = writtenNumber(value, rules)
    if (amount) map.set(key, amount)
    else
      mistakes.push({
        path: [...where, key],
        message: `must be a whole number${rules.mayBeUnlimited ? ', or unlimited' : ''}`
      })
  }
  return map
}
