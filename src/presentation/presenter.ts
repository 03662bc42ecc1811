// Picks the reader's language, then lets present() say the report in it.
import type { QuotaOutcome } from '../quota/service.ts'
import type { ActionQuotaInfo } from '../wix/contract.ts'
import { NOTHING_TO_SHOW, present, type SizeStyle } from './present.ts'
import { english } from './words.ts'

export interface Reader {
  /** As the call lists them: unchecked tags, best first. */
  languages: readonly string[]
  /** The maker's own names by language, then by feature. */
  labels: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** Says to a reader what there is to show; `features` are those of the action. */
export type Presenter = (outcome: QuotaOutcome, features: readonly string[], reader: Reader) => ActionQuotaInfo

export function createPresenter({ sizes, now }: { sizes: SizeStyle; now: () => number }): Presenter {
  return (outcome, _features, { labels }) => {
    if (outcome.kind !== 'report') return NOTHING_TO_SHOW
    return present(outcome.report, {
      words: english,
      sizes,
      now: new Date(now()),
      labels: labels.get('en') ?? new Map()
    })
  }
}
