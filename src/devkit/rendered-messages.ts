// Every message of a catalogue filled as it can be, and what only the text then shows: two counts that read alike, a line
// that may break before a unit, a sentence that ends twice, a part that runs the wrong way.
import { type Formats, formatsOf } from '../presentation/formats.ts'
import { isolate, isRightToLeft } from '../presentation/isolates.ts'
import { placeholdersOf } from '../presentation/message-syntax.ts'
import { hasDirectionMarks, plainText } from '../presentation/plain-text.ts'
import { type MessageValues, type Sentences, sentencesOf } from '../presentation/sentences.ts'
import { SIZE_UNITS } from '../presentation/units.ts'

/** Of every plural category that a whole number is in, in any language, several. Counts are whole; sizes are not. */
const COUNTS = [0, 1, 2, 3, 5, 11, 21, 100, 1_000_000]
const SIZES = [0, 1, 1.5, 2, 5, 11, 21, 100, 1023.99]
const MOMENT = new Date('2026-12-05T14:05:00Z')

/**
 * Everything wrong with what a catalogue's messages, by key, say when they are filled. Each is an ICU message.
 * `fill` gives the sentences of a language; ours when left out.
 */
export function renderingMistakes(
  language: string,
  texts: ReadonlyMap<string, string>,
  fill: typeof sentencesOf<string> = sentencesOf
): string[] {
  const formats = formatsOf(language)
  const sentences = fill(language, language, key => texts.get(key) ?? '')
  const mistakesOf = textMistakes(language, formats)
  return [...texts].flatMap(([key, text]) => {
    const placeholders = placeholdersOf(text)
    const told = COUNTS.map((_, round) => tell(sentences, key, samples(key, placeholders, round, language, formats)))
    const found = told.flatMap(sentence => mistakesOf(sentence, placeholders.size > 0))
    return [...new Set([...found, ...sameCounts(key, placeholders, sentences)])].map(mistake => `${key} ${mistake}`)
  })
}

type Placeholders = ReturnType<typeof placeholdersOf>

function tell(sentences: Sentences<string>, key: string, values: MessageValues): string {
  return Object.keys(values).length > 0 ? sentences.tell(key, values) : sentences.tell(key)
}

function samples(key: string, placeholders: Placeholders, round: number, language: string, formats: Formats) {
  const count = COUNTS[round] ?? 0
  const size = formats.size(Math.floor((SIZES[round] ?? 0) * 1024 ** (1 + (round % (SIZE_UNITS.length - 1)))))
  const amount = round % 2 ? size : formats.number(count)
  const time = `${formats.time(MOMENT)} UTC`
  const dayAndTime = formats.dayAndTime(MOMENT, ofDay => (isRightToLeft(language) ? isolate(ofDay) : ofDay))
  const texts: Record<string, string> = {
    ...{ used: amount, limit: amount, quantity: size, unit: formats.unit('gigabyte'), percent: formats.percent(93) },
    date: formats.date(MOMENT),
    time: key === 'time.utc' || round % 2 ? time : dayAndTime,
    ...{ first: 'A.', second: 'B.' }
  }
  return Object.fromEntries(
    [...placeholders].map(([name, kind]) => [name, kind === 'number' ? count : (texts[name] ?? 'DocSpace')])
  )
}

/** Whether a text is wrong, as the reader of a language sees it. */
function textMistakes(language: string, formats: Formats): (text: string, filled: boolean) => string[] {
  const signs = SIZE_UNITS.map(unit => formats.unit(unit)).join('|')
  const breaksBefore = new RegExp(`[\\p{Nd}] (${signs}|%|٪)|% [\\p{Nd}]| [:;!?»%]`, 'u')
  const isolated = isRightToLeft(language)
  return (text, filled) => {
    const plain = plainText(text)
    return [
      ...(breaksBefore.test(plain) ? [`lets a line break inside a number or before a sign: ${plain}`] : []),
      ...(/[.。।] ?[.。।]/.test(plain) ? [`ends a sentence twice: ${plain}`] : []),
      ...(/^ | $| {2}/.test(plain) ? [`has a space too many: ${plain}`] : []),
      ...(isolated && filled && !isWholeIsolate(text)
        ? [`is not read from right to left in every place: ${plain}`]
        : []),
      ...(!isolated && hasDirectionMarks(text) ? [`has marks of direction: ${plain}`] : [])
    ]
  }
}

/** Whether one isolate holds the whole text, and all inside of it end. */
function isWholeIsolate(text: string): boolean {
  let depth = 0
  const inside = [...text].every((character, index, all) => {
    if (/[\u2066-\u2068]/.test(character)) depth++
    else if (character === '\u2069') depth--
    return depth > 0 || index === all.length - 1
  })
  return inside && depth === 0
}

/** Counts that a message says in the same words: a plural category that leaves its number out though it has several. */
function sameCounts(key: string, placeholders: Placeholders, sentences: Sentences<string>): string[] {
  const counts = [...placeholders].filter(([, kind]) => kind === 'number').map(([name]) => name)
  return counts.flatMap(name => {
    const others = Object.fromEntries([...placeholders].map(([other, kind]) => [other, kind === 'number' ? 7 : 'x']))
    const known = new Map<string, number>()
    return COUNTS.flatMap(count => {
      const text = sentences.say(key, { ...others, [name]: count })
      const before = known.get(text)
      known.set(text, count)
      return before === undefined ? [] : [`says the same of {${name}} ${before} and ${count}: ${plainText(text)}`]
    })
  })
}
