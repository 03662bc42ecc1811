// What plans and features are called: by the maker, by our catalogues, by the upstream, or by their id, in this order.
import type { Plan, Quota } from '../quota/report.ts'
import { isMessageKey } from './catalogues.ts'
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
  const key = `${vocabulary}.feature.${feature}`
  const own = labels.get(feature)
  if (own !== undefined) return own
  return isMessageKey(key) ? words.say(key) : textIn(name ?? feature, words.language, fallbackLanguage)
}

/**
 * What a plan is called, with the quantity bought where that is part of what it is. Our catalogues come first:
 * the upstream's name may be in any language.
 */
export function planName(
  vocabulary: string,
  { name, kind, quantity }: Plan,
  { words, fallbackLanguage = 'en' }: Naming
): string {
  const key = `${vocabulary}.plan.${kind}`
  if (!isMessageKey(key)) {
    return name === undefined ? words.say('plan.unnamed') : textIn(name, words.language, fallbackLanguage)
  }
  // DocSpace counts bought storage in gigabytes.
  if (key !== 'docspace.plan.wallet-storage' || quantity === undefined) return words.say(key)
  return words.say('plan.with-quantity', { name: words.say(key), quantity: words.size(quantity * 1024 ** 3) })
}
