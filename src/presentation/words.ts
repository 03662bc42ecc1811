// The words of one language: its messages, and numbers, sizes and dates as that language writes them.
import type { IntlMessageFormat } from 'intl-messageformat'
import { catalogueOf, type MessageCatalogue, type MessageKey, nameIn } from './catalogues.ts'
import { compileMessage, messageFormatters } from './messages.ts'
import { plainText, plainUnit } from './plain-text.ts'
import { inUnit, naturalUnit, type SizeUnit } from './units.ts'

/** What fills the placeholders of a message: texts, and numbers where the message itself writes or inflects them. */
export type MessageValues = Record<string, string | number>

/** Nothing of what they give has marks of direction in it. */
export interface Words {
  /** The language's BCP 47 tag. */
  language: string
  /** The message of a key, with its placeholders filled. */
  say(key: MessageKey, values?: MessageValues): string
  /** An adapter's name of a key such as `<type>.feature.<id>`; undefined when it has none. */
  name(key: string): string | undefined
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
  /** A time of day: `14:05 UTC`. */
  time(date: Date): string
  /** A time and its day: `December 5 at 14:05 UTC`. */
  dayAndTime(date: Date): string
}

const TIME: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZone: 'UTC',
  timeZoneName: 'short'
}

/** The words of a language, its formatters made once. */
export function createWords(language: string, catalogue: MessageCatalogue): Words {
  const say = sayer(language, key => catalogue[key])
  const number = new Intl.NumberFormat(language)
  const percent = new Intl.NumberFormat(language, { style: 'percent' })
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' })
  const time = new Intl.DateTimeFormat(language, TIME)
  const dayAndTime = new Intl.DateTimeFormat(language, { ...TIME, day: 'numeric', month: 'long' })
  const sizes = new Map<SizeUnit, Intl.NumberFormat>()
  const signs = new Map<SizeUnit, string>()

  function sizeFormat(unit: SizeUnit): Intl.NumberFormat {
    return cached(sizes, unit, () => {
      // Only the narrow form abbreviates the byte itself.
      const unitDisplay = unit === 'byte' ? 'narrow' : 'short'
      return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay, maximumFractionDigits: 2 })
    })
  }

  return {
    language,
    say,
    name: key => nameIn(language, key),
    number: value => plainText(number.format(value)),
    percent: percentage => plainText(percent.format(percentage / 100)),
    size(bytes) {
      const unit = naturalUnit(bytes)
      return plainUnit(sizeFormat(unit), Number(inUnit(bytes, unit)))
    },
    unit: unit =>
      cached(signs, unit, () => {
        const sign = sizeFormat(unit)
          .formatToParts(1)
          .find(part => part.type === 'unit')
        return plainText(sign?.value ?? unit)
      }),
    date: value => plainText(date.format(value)),
    time: value => plainText(time.format(value)),
    dayAndTime: value => plainText(dayAndTime.format(value))
  }
}

/** The same words, but for the messages that somebody words differently. Keys that are no message's do nothing. */
export function reword(words: Words, own: ReadonlyMap<string, string>): Words {
  const sayOwn = sayer(words.language, key => own.get(key) ?? '')
  return {
    ...words,
    say: (key, values) => (own.has(key) ? sayOwn(key, values) : words.say(key, values)),
    name: key => own.get(key) ?? words.name(key)
  }
}

function sayer(language: string, textOf: (key: MessageKey) => string): Words['say'] {
  const formatters = messageFormatters(language)
  const messages = new Map<MessageKey, IntlMessageFormat>()
  return (key, values) => {
    const message = cached(messages, key, () => compileMessage(textOf(key), language, formatters))
    return plainText(String(message.format(values)))
  }
}

const known = new Map<string, Words>()

/** The words of one of LANGUAGES, made when first needed. */
export function wordsOf(language: string): Words {
  return cached(known, language, () => createWords(language, catalogueOf(language)))
}

function cached<Key, Value>(cache: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = cache.get(key)
  if (value === undefined) {
    value = make()
    cache.set(key, value)
  }
  return value
}

export const english = wordsOf('en')
