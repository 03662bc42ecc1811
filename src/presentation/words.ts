// The words of one language: its messages, and numbers, sizes and dates as they are written in the reader's region.
import { LRUCache } from 'lru-cache'
import { catalogueOf, type MessageCatalogue, type MessageKey, nameIn } from './catalogues.ts'
import { type Formats, formatsOf } from './formats.ts'
import { isolate, isRightToLeft } from './isolates.ts'
import { type Sentences, sentencesOf } from './sentences.ts'

/** Nothing of what they give has marks of direction in it, but for the isolates in texts of languages written from right to left. */
export interface Words extends Sentences<MessageKey>, Omit<Formats, 'dayAndTime'> {
  /** The language's BCP 47 tag. */
  language: string
  /** The tag whose formats they are: the language's, or that of the language in a region. */
  formats: string
  /** An adapter's name of a key such as `<type>.feature.<id>`; undefined when it has none. */
  name(key: string): string | undefined
  /** A time of day: `14:05 UTC`. */
  time(date: Date): string
  /** A time and its day: `December 5 at 14:05 UTC`. */
  dayAndTime(date: Date): string
}

/** The words of a language, in its own formats or in those of the language in a region. */
export function createWords(language: string, catalogue: MessageCatalogue, formats: string = language): Words {
  const sentences = sentencesOf<MessageKey>(language, formats, key => catalogue[key])
  return wordsFrom(language, formats, sentences, key => nameIn(language, key))
}

/** The same words, but for the messages that somebody words differently. Keys that are no message's do nothing. */
export function reword({ language, formats, ...words }: Words, own: ReadonlyMap<string, string>): Words {
  const sentences = sentencesOf<MessageKey>(language, formats, key => own.get(key) ?? '')
  const reworded: Sentences<MessageKey> = {
    say: (key, values) => (own.has(key) ? sentences : words).say(key, values),
    tell: (key, values) => (own.has(key) ? sentences : words).tell(key, values),
    join: (own.has('tooltip.two-sentences') ? sentences : words).join
  }
  return wordsFrom(language, formats, reworded, key => own.get(key) ?? words.name(key))
}

function wordsFrom(language: string, formats: string, sentences: Sentences<MessageKey>, name: Words['name']): Words {
  const written = formatsOf(formats)
  const inUtc = (time: string) => sentences.say('time.utc', { time })
  const insideSentence = isRightToLeft(language) ? (time: string) => isolate(inUtc(time)) : inUtc
  return {
    ...sentences,
    ...written,
    language,
    formats,
    name,
    time: date => inUtc(written.time(date)),
    dayAndTime: date => written.dayAndTime(date, insideSentence)
  }
}

/** More than there are languages; with those of their regions that are read at a time. */
const WORDS_MAX = 100
const known = new LRUCache<string, Words>({ max: WORDS_MAX })

/** The words of one of LANGUAGES in the formats of a locale, made when first needed and kept while they are read. */
export function wordsOf(language: string, formats: string = language): Words {
  const key = `${language} ${formats}`
  const words = known.get(key) ?? createWords(language, catalogueOf(language), formats)
  known.set(key, words)
  return words
}
