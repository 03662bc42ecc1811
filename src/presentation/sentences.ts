// Messages filled with values: inflected by the language, their numbers written as in the reader's region, and in languages
// written from right to left with what runs the other way isolated.
import type { IntlMessageFormat } from 'intl-messageformat'
import { enclose, isolate, isRightToLeft } from './isolates.ts'
import { compileMessage, messageFormatters } from './messages.ts'
import { plainText } from './plain-text.ts'

/** What fills the placeholders of a message: texts, and numbers where the message itself writes or inflects them. */
export type MessageValues = Record<string, string | number>

export interface Sentences<Key extends string> {
  /** The message of a key, with its placeholders filled: a part of a text. */
  say(key: Key, values?: MessageValues): string
  /** The same as a text that stands by itself, such as a name or a button's. */
  tell(key: Key, values?: MessageValues): string
  /** Sentences that make one text. */
  join(sentences: readonly string[]): string
}

/** Messages that fill places of others, and are isolated there. */
const PARTS = /^time\./
/** Joins: what fills it are sentences already. */
const TWO_SENTENCES = 'tooltip.two-sentences'
/** Marks that Intl puts beside numbers. */
const MARKS = /[\u061C\u200E\u200F]/g

/** The sentences of a language in the formats of a locale; each message is parsed when first needed, and once. */
export function sentencesOf<Key extends string>(
  language: string,
  formats: string,
  textOf: (key: Key | typeof TWO_SENTENCES) => string
): Sentences<Key> {
  const formatters = messageFormatters(language, formats)
  const rightToLeft = isRightToLeft(language)
  const messages = new Map<string, IntlMessageFormat>()

  function fill(key: Key | typeof TWO_SENTENCES, values?: MessageValues): string {
    const message = messages.get(key) ?? compileMessage(plainText(textOf(key)), language, formatters)
    messages.set(key, message)
    return String(message.format(values)).replace(MARKS, '')
  }
  function isolated(values: MessageValues): MessageValues {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? isolate(value) : value])
    )
  }

  const say: Sentences<Key>['say'] = (key, values) =>
    fill(key, rightToLeft && values && !PARTS.test(key) ? isolated(values) : values)

  return {
    say,
    // What has no placeholder is of one direction.
    tell: (key, values) => (rightToLeft && values ? enclose(say(key, values)) : say(key, values)),
    join(sentences) {
      const text = sentences.reduce((first, second) => fill(TWO_SENTENCES, { first, second }))
      return rightToLeft ? enclose(text) : text
    }
  }
}
