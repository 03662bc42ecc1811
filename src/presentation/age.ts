// How old the numbers are, and why they are no newer, in a sentence.
import type { AsOf } from '../quota/report.ts'
import type { MessageKey } from './catalogues.ts'
import type { Words } from './words.ts'

/** Beyond this a time of day alone could be taken for another day's. */
const SAME_DAY_MS = 12 * 3_600_000

const SENTENCES: Record<NonNullable<AsOf['reason']>, MessageKey> = {
  late: 'tooltip.as-of.late',
  unavailable: 'tooltip.as-of.unavailable',
  refused: 'tooltip.as-of.refused'
}

/** "As of 14:05 UTC." with what keeps newer numbers away; with the day too when they are older than 12 hours. */
export function asOfSentence({ fetchedAt, reason }: AsOf, words: Words, now: Date): string {
  const old = now.getTime() - fetchedAt.getTime() > SAME_DAY_MS
  return words.say(reason ? SENTENCES[reason] : 'tooltip.as-of', {
    time: old ? words.dayAndTime(fetchedAt) : words.time(fetchedAt)
  })
}
