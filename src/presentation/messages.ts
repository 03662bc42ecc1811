// ICU messages, and the formatters inside of them, kept: intl-messageformat's own cache spells out its key for every number.
import { type Formatters, IntlMessageFormat } from 'intl-messageformat'

/**
 * An ICU message ready to be filled; `<` is a character like any other.
 * @throws {SyntaxError} when it is not one
 */
export function compileMessage(text: string, language: string, formatters: Formatters): IntlMessageFormat {
  return new IntlMessageFormat(text, language, undefined, { ignoreTag: true, formatters })
}

/**
 * For all messages of one language: its plurals, and the numbers of `formats`, the same language in a region.
 * What they keep is bounded by the messages.
 */
export function messageFormatters(language: string, formats: string = language): Formatters {
  const plain = new Intl.NumberFormat(formats)
  // A message's options are parsed with it, so they are one and the same object every time.
  const numbers = new WeakMap<object, Intl.NumberFormat>()
  const plurals = {
    cardinal: new Intl.PluralRules(language),
    ordinal: new Intl.PluralRules(language, { type: 'ordinal' })
  }
  return {
    getNumberFormat(_locales, options) {
      if (!options) return plain
      const format = numbers.get(options) ?? new Intl.NumberFormat(formats, options)
      numbers.set(options, format)
      return format
    },
    getPluralRules: (_locales, options) => plurals[options?.type ?? 'cardinal'],
    // No message formats a date by itself: they are given as text.
    getDateTimeFormat: (_locales, options) => new Intl.DateTimeFormat(formats, options)
  }
}
