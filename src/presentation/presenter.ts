// Picks the reader's language, then lets present() say the report in it.
import type { QuotaReport } from '../quota/report.ts'
import type { ActionQuotaInfo } from '../wix/contract.ts'
import { NOTHING_TO_SHOW, present, type SizeStyle } from './present.ts'
import { english } from './words.ts'

export interface Reader {
  /** As the call lists them: unchecked tags, best first. */
  languages: readonly string[]
  /** The maker's own names by language, then by feature. */
  labels: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** Says a report, or that there is none to show, to a reader. */
export type Presenter = (report: QuotaReport | undefined, reader: Reader) => ActionQuotaInfo

export function createPresenter({ sizes, now }: { sizes: SizeStyle; now: () => number }): Presenter {
  return (report, { labels }) => {
    if (!report) return NOTHING_TO_SHOW
    return present(report, { words: english, sizes, now: new Date(now()), labels: labels.get('en') ?? new Map() })
  }
}
