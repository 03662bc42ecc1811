// Picks the reader's language and region, then lets present() say the report in it.
import { LRUCache } from 'lru-cache'
import type { QuotaReport } from '../quota/report.ts'
import type { QuotaOutcome } from '../quota/service.ts'
import type { ActionQuotaInfo } from '../wix/contract.ts'
import { chooseReading } from './languages.ts'
import { presentNotConnected } from './not-connected.ts'
import { NOTHING_TO_SHOW, present, type SizeStyle, saidUntil } from './present.ts'
import { reword, type Words, wordsOf } from './words.ts'

export interface Reader {
  /** As the call lists them: unchecked tags, best first. */
  languages: readonly unknown[]
  /** The maker's own wordings by language, then by feature or message. */
  labels: ReadonlyMap<string, ReadonlyMap<string, string>>
}

export interface PresentedAnswer {
  answer: ActionQuotaInfo
  /** The answer's language, as a BCP 47 tag. */
  language: string
}

/** Says to a reader what there is to show; `features` are those of the action. */
export type Presenter = (outcome: QuotaOutcome, features: readonly string[], reader: Reader) => PresentedAnswer

export interface PresenterOptions {
  sizes: SizeStyle
  /** For readers none of whose languages we have; one of LANGUAGES. English when left out. */
  language?: string
  /** Milliseconds since 1970. */
  now: () => number
}

/** Reports of which it is kept what was said, and readings of each: who asks again soon gets the same. */
const REPORTS_MAX = 2000
const READINGS_MAX = 8

interface Kept {
  presented: PresentedAnswer
  from: number
  until: number
}

/** The presenter of a service. Who is shown the same report in the same words gets the same object, while nothing in it comes to pass. */
export function createPresenter({ sizes, language: fallbackLanguage = 'en', now }: PresenterOptions): Presenter {
  const kept = new LRUCache<QuotaReport, Map<Words, Kept>>({ max: REPORTS_MAX })

  /** What a fresh report says; `say` says it. */
  function remembered(report: QuotaReport, words: Words, at: number, say: () => ActionQuotaInfo): PresentedAnswer {
    const readings = kept.get(report) ?? new Map<Words, Kept>()
    const known = readings.get(words)
    if (known && known.from <= at && at < known.until) return known.presented
    const presented = { answer: say(), language: words.language }
    if (readings.size >= READINGS_MAX) readings.clear()
    kept.set(report, readings.set(words, { presented, from: at, until: saidUntil(report, at) }))
    return presented
  }

  return (outcome, features, reader) => {
    const { words, labels } = wordsFor(reader, fallbackLanguage)
    const { language } = words
    if (outcome.kind === 'nothing') return { answer: NOTHING_TO_SHOW, language }
    if (outcome.kind === 'connect') {
      const { title, connectUrl, vocabulary } = outcome
      return {
        answer: presentNotConnected({ name: title, connectUrl, vocabulary, features, words, labels, fallbackLanguage }),
        language
      }
    }
    const { report, asOf, reconnect } = outcome
    const at = now()
    const options = { words, labels, fallbackLanguage, sizes, now: new Date(at) }
    // What is older says how old, which another minute changes.
    if (asOf) return { answer: present(report, { ...options, asOf, reconnect }), language }
    return remembered(report, words, at, () => present(report, options))
  }
}

const NO_LABELS: ReadonlyMap<string, string> = new Map()
/** Regions whose formats are kept beside the labels of one language. */
const REGIONS_MAX = 20
/** By the labels of one language, of which there are as many as the configuration has; then by the formats. */
const reworded = new WeakMap<ReadonlyMap<string, string>, LRUCache<string, Words>>()

/** The words for a reader, the maker's own messages among them, and the maker's own names of features. */
export function wordsFor(
  { languages, labels }: Reader,
  fallbackLanguage: string
): { words: Words; labels: ReadonlyMap<string, string> } {
  const { language, formats } = chooseReading(languages, fallbackLanguage)
  const own = labels.get(language)
  if (!own) return { words: wordsOf(language, formats), labels: NO_LABELS }
  const known = reworded.get(own) ?? new LRUCache<string, Words>({ max: REGIONS_MAX })
  reworded.set(own, known)
  const words = known.get(formats) ?? reword(wordsOf(language, formats), own)
  known.set(formats, words)
  return { words, labels: own }
}
