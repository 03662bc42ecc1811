// What plans and features are called: by the maker, by our catalogues, by the upstream, or by their id, in this order.
import type { Plan, Quota } from '../quota/report.ts'
import { textIn } from './languages.ts'
import type { Words } from './words.ts'

export interface Naming {
  words: Words
  /** The maker's own names of features, by id, in the language of `words`. */
  labels: ReadonlyMap<string, string>
  /** Which of a name's languages is taken where it has none for `words`; English when left out. */
  fallbackLanguage?: string
}

/** What a feature is called, without a unit. */
export function featureName(
  vocabulary: string,
  { feature, name }: Pick<Quota, 'feature' | 'name'>,
  { words, labels, fallbackLanguage = 'en' }: Naming
): string {
  const own = labels.get(feature) ?? words.name(`${vocabulary}.feature.${feature}`)
  return own ?? textIn(name ?? feature, words.language, fallbackLanguage)
}

/**
 * What a plan is called, with the size bought where that is what it is. The adapter's catalogue comes first:
 * the upstream's name may be in any language.
 */
export function planName(
  vocabulary: string,
  { name, kind, size }: Plan,
  { words, fallbackLanguage = 'en' }: Naming
): string {
  const known = kind === undefined ? undefined : words.name(`${vocabulary}.plan.${kind}`)
  const told =
    known ?? (name === undefined ? words.say('plan.unnamed') : textIn(name, words.language, fallbackLanguage))
  return size === undefined ? told : words.tell('plan.with-quantity', { name: told, quantity: words.size(size) })
}
