// The maker's own wordings of an action: which languages and which names and messages there are, and how a message is written.

import { type Mistake, showText, suggest } from '../mistakes.ts'
import { inEnglish, LANGUAGES, WORDING_KEYS } from '../presentation/catalogues.ts'
import { chooseLanguage } from '../presentation/languages.ts'
import { rewordingMistake } from '../presentation/message-syntax.ts'

export interface LabelledAction {
  /** The name of its provider. */
  provider: string
  /** Ids of the features that the provider is known to have. */
  features: readonly string[]
  isFeature(key: string): boolean
}

const WITHHELD = 'is not a usable wording of this message; write it here, to be told why'

/** What is wrong in `labels:`, paths from there inwards. */
export function labelMistakes(
  labels: Readonly<Record<string, Readonly<Record<string, string>>>>,
  action: LabelledAction
): Mistake[] {
  return Object.entries(labels).flatMap(([language, wordings]) => {
    if (!LANGUAGES.includes(language)) return [{ path: [language], message: `is not ${aLanguage(language)}` }]
    return Object.entries(wordings).flatMap(([key, text]) => {
      const message = wordingMistake(key, text, language, action)
      return message === undefined ? [] : [{ path: [language, key], message, withheld: WITHHELD }]
    })
  })
}

/** What is wrong with `presentation.language`, where it is a text. */
export function languageMistakes(tag: unknown): Mistake[] {
  if (typeof tag !== 'string' || LANGUAGES.includes(tag)) return []
  return [{ path: ['presentation', 'language'], found: showText(tag), message: `but must be ${aLanguage(tag)}` }]
}

function aLanguage(tag: string): string {
  const nearest = chooseLanguage([tag], '')
  return `a language of the answers; ${nearest ? `did you mean ${nearest}?` : suggest(tag, LANGUAGES)}`
}

function wordingMistake(
  key: string,
  text: string,
  language: string,
  { provider, features, isFeature }: LabelledAction
): string | undefined {
  // A name is shown as it stands; only messages have placeholders.
  const english = inEnglish(key)
  if (english !== undefined) return rewordingMistake(english, text, language)
  if (isFeature(key)) return undefined
  const known = key.includes('.') ? WORDING_KEYS : features
  return `is ${key}, which is not a feature of ${provider} and not a message; ${suggest(key, known)}`
}
