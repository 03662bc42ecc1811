// Numbers, sizes, dates and times as one language writes them in one region. https://cldr.unicode.org
import { once } from '../once.ts'
import { plainText, unbroken } from './plain-text.ts'
import { inUnit, naturalUnit, type SizeUnit } from './units.ts'

/** Nothing of what they give has marks of direction in it, nor a space that a line breaks at between a number and its unit. */
export interface Formats {
  /** A whole number. */
  number(value: number): string
  /** A whole percentage: 93 becomes `93%`. */
  percent(percentage: number): string
  /** Bytes in their natural unit, 1024-based, cut at two decimals: `13.73 GB`. */
  size(bytes: number): string
  /** The same with the digits 0 to 9, whatever the region's are. */
  asciiSize(bytes: number): string
  /** The sign of a unit alone: `GB`. */
  unit(unit: SizeUnit): string
  /** A day, in UTC. */
  date(date: Date): string
  /** A time of day, in UTC: `14:05`. */
  time(date: Date): string
  /** A time and its day: `December 5 at 14:05`, its time of day as `ofDay` words it. */
  dayAndTime(date: Date, ofDay: (time: string) => string): string
}

/** Languages that abbreviate some units and write out others, by CLDR: all of theirs are written out. */
const UNITS_WRITTEN_OUT = new Set(['ar'])

const TIME: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' }

/** The formats of a locale such as `de` or `de-CH`; each is made when first needed, and once. */
export function formatsOf(locale: string): Formats {
  const number = once(() => new Intl.NumberFormat(locale))
  const percent = once(() => new Intl.NumberFormat(locale, { style: 'percent' }))
  const amount = once(() => new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }))
  const asciiAmount = once(() => new Intl.NumberFormat(locale, { maximumFractionDigits: 2, numberingSystem: 'latn' }))
  const date = once(() => new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }))
  const time = once(() => new Intl.DateTimeFormat(locale, TIME))
  const dayAndTime = once(() => new Intl.DateTimeFormat(locale, { ...TIME, day: 'numeric', month: 'long' }))
  const gap = once(() => gapBeforeUnit(locale))
  const signs = new Map<SizeUnit, string>()

  function unit(of: SizeUnit): string {
    const sign = signs.get(of) ?? signOf(locale, of)
    signs.set(of, sign)
    return sign
  }
  function sizeBy(format: Intl.NumberFormat, bytes: number): string {
    const natural = naturalUnit(bytes)
    return `${plainText(format.format(Number(inUnit(bytes, natural))))}${gap()}${unit(natural)}`
  }

  return {
    number: value => plainText(number().format(value)),
    percent: percentage => unbroken(plainText(percent().format(percentage / 100))),
    size: bytes => sizeBy(amount(), bytes),
    asciiSize: bytes => sizeBy(asciiAmount(), bytes),
    unit,
    date: value => plainText(date().format(value)),
    time: value => plainText(time().format(value)),
    dayAndTime: (value, ofDay) => withTimeOfDay(dayAndTime().formatToParts(value), ofDay)
  }
}

/** What stands between a number and `GB`: a space that no line breaks at, wide or narrow, or nothing. */
function gapBeforeUnit(locale: string): string {
  // Of 1 and 2, some languages have the unit first, or alone.
  const parts = unitFormat(locale, 'gigabyte').formatToParts(5)
  const space = parts.find(part => part.type === 'literal' && /\s/.test(part.value))
  return unbroken(plainText(space?.value ?? ''))
}

function signOf(locale: string, unit: SizeUnit): string {
  const sign = unitFormat(locale, unit)
    .formatToParts(5)
    .find(part => part.type === 'unit')
  return plainText(sign?.value ?? unit).trim()
}

function unitFormat(locale: string, unit: SizeUnit): Intl.NumberFormat {
  // Only the narrow form abbreviates the byte itself.
  const abbreviated = unit === 'byte' ? 'narrow' : 'short'
  const unitDisplay = UNITS_WRITTEN_OUT.has(new Intl.Locale(locale).language) ? 'long' : abbreviated
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay })
}

/** A day and its time, from the hour to the minute as `ofDay` words it; what CLDR has after them, such as "o'clock", is part of that. */
function withTimeOfDay(parts: Intl.DateTimeFormatPart[], ofDay: (time: string) => string): string {
  const hour = parts.findIndex(({ type }) => type === 'hour')
  const minute = parts.findIndex(({ type }) => type === 'minute')
  const text = (some: Intl.DateTimeFormatPart[]) => plainText(some.map(({ value }) => value).join(''))
  const after = parts.slice(minute + 1)
  const time = ofDay(text(parts.slice(hour, minute + 1)))
  return `${text(parts.slice(0, hour))}${time}${after.length > 1 ? text(after) : ''}`
}
