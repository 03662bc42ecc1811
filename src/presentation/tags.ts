// What a reader's tags say about language and region, in a form of which there are few: the matcher keeps whatever it is
// asked, so it is asked by nothing else.
import { match } from '@formatjs/intl-localematcher'
import { once } from '../once.ts'
import { LANGUAGES } from './catalogues.ts'

/** The length that every well-formed tag in use fits into: https://www.rfc-editor.org/rfc/rfc5646#section-4.4.1 */
export const TAG_LENGTH_MAX = 35
/** Stands for "none": the tag of no language at all. */
const NONE = 'zxx'

export interface ReaderTag {
  /** What of the tag matters for the language, such as `de`, `zh-Hant` or `pt-AO`. */
  asked: string
  /** Language and script, the likely one where none is written: `de-Latn`. */
  written: string
  /** A region's code, of which nothing is known but that it is well-formed; undefined where the tag has none. */
  region: string | undefined
}

/** CLDR leads their readers to Russian, and they are told in English instead, unless they list Russian. */
const NOT_RUSSIAN = new Set(['az', 'hy'])

/** What our languages are written in, looked up for the first reader: a service that nobody asks then keeps nothing of ICU's in memory. */
const ours = once(() => {
  const locales = LANGUAGES.map(language => new Intl.Locale(language).maximize())
  const alike = (locale: Intl.Locale) => locales.filter(other => writtenAs(other) === writtenAs(locale))
  return {
    /** Those of ours, and those that Japanese and Korean are written in besides. */
    scripts: new Set([...locales.map(locale => locale.script), 'Hani', 'Hira', 'Kana', 'Hrkt', 'Hang', 'Jamo']),
    /** Languages of which we have several, which only a region tells apart. */
    several: new Set(locales.filter(locale => alike(locale).length > 1).map(locale => locale.language))
  }
})

/** What a tag says, variants and extensions aside, in one spelling (`iw` is `he`); undefined for what is no tag, or no language's. */
export function readTag(tag: string): ReaderTag | undefined {
  const locale = localeOf(tag)
  if (!locale) return undefined
  const likely = locale.maximize()
  const { language, script } = likely
  // CLDR knows the script of every language there is. Without that, or with a script that nobody reads, nothing fits.
  const usual = new Intl.Locale(language).maximize().script
  if (!usual || !script || NOT_RUSSIAN.has(language)) return undefined
  const unusual = script === usual ? undefined : script
  if (unusual && !(ours().scripts.has(unusual) && bestFit([language], LANGUAGES))) return undefined
  return {
    asked: [language, unusual, ours().several.has(language) && likely.region].filter(Boolean).join('-'),
    written: writtenAs(likely),
    region: locale.region
  }
}

/** `de-Latn` for everything German. */
export function writtenAs({ language, script }: Intl.Locale): string {
  return `${language}-${script}`
}

/**
 * The one of `available` that fits best by CLDR's language matching, or undefined when none does.
 * It is kept for good: the tags must be of a bounded number.
 */
export function bestFit(tags: readonly string[], available: readonly string[]): string | undefined {
  const found = match(tags, available, NONE, { algorithm: 'best fit' })
  return found === NONE ? undefined : found
}

function localeOf(tag: string): Intl.Locale | undefined {
  try {
    const { language, script, region } = new Intl.Locale(tag)
    // `und` is some language; only a region says which is likely.
    if ((!language || language === 'und') && !region) return undefined
    return new Intl.Locale([language || 'und', script, region].filter(Boolean).join('-'))
  } catch {
    return undefined
  }
}
