// The words of one language: its messages, and numbers, sizes and dates as that language writes them.
import { IntlMessageFormat } from 'intl-messageformat'
import en from './messages/en.json' with { type: 'json' }
import { inUnit, naturalUnit, type SizeUnit } from './units.ts'

export type MessageKey = keyof typeof en
export type MessageCatalogue = Record<MessageKey, string>

export interface Words {
  /** The message of a key, with its placeholders filled. */
  say(key: MessageKey, values?: Record<string, string>): string
  /** A whole number. */
  number(value: number): string
  /** A whole percentage: 93 becomes `93%`. */
  percent(percentage: number): string
  /** Bytes in their natural unit, 1024-based, cut at two decimals: `13.73 GB`. */
  size(bytes: number): string
  /** The sign of a unit alone: `GB`. */
  unit(unit: SizeUnit): string
  /** A day, in UTC. */
  date(date: Date): string
}

/** Whether the catalogue has a message of that key. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key)
}

/** The words of a language, its formatters made once. */
export function createWords(language: string, catalogue: MessageCatalogue): Words {
  const messages = new Map<MessageKey, IntlMessageFormat>()
  const number = new Intl.NumberFormat(language)
  const percent = new Intl.NumberFormat(language, { style: 'percent' })
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' })
  const sizes = new Map<SizeUnit, Intl.NumberFormat>()

  function sizeFormat(unit: SizeUnit): Intl.NumberFormat {
    const known = sizes.get(unit)
    if (known) return known
    // Only the narrow form abbreviates the byte itself.
    const unitDisplay = unit === 'byte' ? 'narrow' : 'short'
    const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay, maximumFractionDigits: 2 })
    sizes.set(unit, format)
    return format
  }

  return {
    say(key, values) {
      let message = messages.get(key)
      if (!message) {
        message = new IntlMessageFormat(catalogue[key], language)
        messages.set(key, message)
      }
      return String(message.format(values))
    },
    number: value => number.format(value),
    percent: percentage => percent.format(percentage / 100),
    size(bytes) {
      const unit = naturalUnit(bytes)
      return sizeFormat(unit).format(Number(inUnit(bytes, unit)))
    },
    unit: unit =>
      sizeFormat(unit)
        .formatToParts(1)
        .find(part => part.type === 'unit')?.value ?? unit,
    date: value => date.format(value)
  }
}

export const english = createWords('en', en)
