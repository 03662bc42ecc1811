// Which language a reader gets, in which region's formats, and which text of several: best fit by CLDR's language matching.
// https://www.unicode.org/reports/tr35/tr35.html#LanguageMatching
import { LRUCache } from 'lru-cache'
import type { LocalizedText } from '../quota/report.ts'
import { LANGUAGES } from './catalogues.ts'
import { bestFit, type ReaderTag, readTag, TAG_LENGTH_MAX, writtenAs } from './tags.ts'

/** No reader has more; the rest of a longer list is not looked at. */
const TAGS_MAX = 20

const LANGUAGES_BUT_ENGLISH = LANGUAGES.filter(language => language !== 'en')

export interface Reading {
  /** Whose words are read: one of LANGUAGES. */
  language: string
  /** Whose numbers and dates are read: the language, in the reader's own region where it is told. */
  formats: string
}

/** Lists of tags already matched; null where no language of ours fits. */
const matched = new LRUCache<string, { reading: Reading | null }>({ max: 1000 })
const picked = new WeakMap<LocalizedText, Map<string, string>>()

/**
 * What fits a reader best: the language among ours, `fallback` when none does, and the formats of the reader's own region
 * where its language and script are that language's.
 * Of the tags, best first, those that are not well-formed are passed over.
 */
export function chooseReading(tags: readonly unknown[], fallback: string): Reading {
  const listed = tags.slice(0, TAGS_MAX).filter(isShort)
  const key = JSON.stringify(listed)
  const known = matched.get(key) ?? { reading: readingOf(listed.map(readTag).filter(tag => tag !== undefined)) }
  matched.set(key, known)
  return known.reading ?? { language: fallback, formats: fallback }
}

/** The language alone. */
export function chooseLanguage(tags: readonly unknown[], fallback: string): string {
  return chooseReading(tags, fallback).language
}

function isShort(tag: unknown): tag is string {
  return typeof tag === 'string' && tag.length <= TAG_LENGTH_MAX
}

function readingOf(tags: readonly ReaderTag[]): Reading | null {
  // CLDR leads readers of many languages to English; unless they list it, the configured default is for them.
  const listsEnglish = tags.some(tag => tag.asked === 'en')
  const language = bestFit(
    tags.map(tag => tag.asked),
    listsEnglish ? LANGUAGES : LANGUAGES_BUT_ENGLISH
  )
  if (language === undefined) return null
  const written = writtenAs(new Intl.Locale(language).maximize())
  return { language, formats: inRegion(language, tags.find(tag => tag.written === written)?.region) }
}

/** The language with a region, where there are formats for the two; else the language. */
function inRegion(language: string, region: string | undefined): string {
  if (!region) return language
  const wanted = new Intl.Locale(language, { region }).toString()
  return new Intl.NumberFormat(wanted).resolvedOptions().locale === wanted ? wanted : language
}

/** The text for an answer in `language`: the one that fits it best, else the one for `fallback`, for English, or the first. */
export function textIn(text: string | LocalizedText, language: string, fallback: string): string {
  if (typeof text === 'string') return text
  const known = picked.get(text) ?? new Map<string, string>()
  picked.set(text, known)
  const key = `${language} ${fallback}`
  const chosen = known.get(key) ?? pickText(text, [language, fallback, 'en'])
  known.set(key, chosen)
  return chosen
}

function pickText(text: LocalizedText, wanted: readonly string[]): string {
  const [first = '', ...others] = Object.keys(text)
  const available = [first, ...others]
  const found = wanted.map(language => bestFit([language], available)).find(tag => tag !== undefined)
  return text[found ?? first] ?? ''
}
