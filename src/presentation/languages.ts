// Which language a reader gets, and which text of several: best fit by CLDR's language matching.
// https://www.unicode.org/reports/tr35/tr35.html#LanguageMatching
import { match } from '@formatjs/intl-localematcher'
import { LRUCache } from 'lru-cache'
import type { LocalizedText } from '../quota/report.ts'
import { LANGUAGES } from './catalogues.ts'

/** No reader has more; the rest of a longer list is not looked at. */
const TAGS_MAX = 20
/** The length that every well-formed tag in use fits into: https://www.rfc-editor.org/rfc/rfc5646#section-4.4.1 */
const TAG_LENGTH_MAX = 35
/** Stands for "none": the tag of no language at all. */
const NONE = 'zxx'

const LANGUAGES_BUT_ENGLISH = LANGUAGES.filter(language => language !== 'en')

/** Lists of tags already matched, with the language found or NONE. */
const matched = new LRUCache<string, string>({ max: 1000 })
const picked = new WeakMap<LocalizedText, Map<string, string>>()

/**
 * The language among ours that fits a reader best, or `fallback` when none does.
 * Of the tags, best first, those that are not well-formed are passed over.
 */
export function chooseLanguage(tags: readonly unknown[], fallback: string): string {
  const listed = tags.slice(0, TAGS_MAX).filter(isShortText)
  const key = JSON.stringify(listed)
  let language = matched.get(key)
  if (language === undefined) {
    language = matchOurs(listed.flatMap(canonical)) ?? NONE
    matched.set(key, language)
  }
  return language === NONE ? fallback : language
}

function matchOurs(tags: string[]): string | undefined {
  // CLDR leads readers of many languages to English; unless they list it, the configured default is for them.
  const listsEnglish = tags.some(tag => tag === 'en' || tag.startsWith('en-'))
  return bestFit(tags, listsEnglish ? LANGUAGES : LANGUAGES_BUT_ENGLISH)
}

function isShortText(tag: unknown): tag is string {
  return typeof tag === 'string' && tag.length <= TAG_LENGTH_MAX
}

/** The tag without variants and extensions, in one spelling (`iw` is `he`); nothing when it is not well-formed. */
function canonical(tag: string): string[] {
  try {
    const { language, script, region } = new Intl.Locale(tag)
    return [[language || 'und', script, region].filter(Boolean).join('-')]
  } catch {
    return []
  }
}

function bestFit(tags: readonly string[], available: readonly string[]): string | undefined {
  const found = match(tags, available, NONE, { algorithm: 'best fit' })
  return found === NONE ? undefined : found
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
