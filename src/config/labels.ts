// The maker's own wordings of an action: which languages and which names and messages there are, and how a message is written.

import { type Mistake, suggest } from '../mistakes.ts'
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

/** What is wrong in `labels:`, paths from there inwards. */
export function labelMistakes(
  labels: Readonly<Record<string, Readonly<Record<string, string>>>>,
  action: LabelledAction
): Mistake[] {
  return Object.entries(labels).flatMap(([language, wordings]) => {
    if (!LANGUAGES.includes(language)) return [{ path: [language], message: unknownLanguage(language) }]
    return Object.entries(wordings).flatMap(([key, text]) => {
      const message = wordingMistake(key, text, language, action)
      return message === undefined ? [] : [{ path: [language, key], message }]
    })
  })
}

function unknownLanguage(tag: string): string {
  const nearest = chooseLanguage([tag], '')
  return `is not a language of the answers; ${nearest ? `did you mean ${nearest}?` : suggest(tag, LANGUAGES)}`
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
