// What of a report an action shows.
import type { QuotaGroup, QuotaReport } from './report.ts'

/** Stands in a list of features for every one that is not named in it. */
export const OTHER_FEATURES = '*'

/** What was selected of a report, by what was selected: who is shown the same report again gets the same object. */
const selections = new WeakMap<QuotaReport, Map<readonly string[], QuotaReport>>()

/** A report cut down to some of its features, in their order. */
export function selected(report: QuotaReport, features: readonly string[]): QuotaReport {
  const known = selections.get(report) ?? new Map<readonly string[], QuotaReport>()
  selections.set(report, known)
  const selection = known.get(features) ?? { ...report, groups: selectFeatures(report.groups, features) }
  known.set(features, selection)
  return selection
}

function selectFeatures(groups: QuotaGroup[], features: readonly string[]): QuotaGroup[] {
  const position = new Map(features.map((feature, index) => [feature, index]))
  const others = position.get(OTHER_FEATURES)
  return groups.map(group => ({
    ...group,
    quotas: group.quotas
      .map(quota => ({ quota, place: position.get(quota.feature) ?? others }))
      .filter(({ place }) => place !== undefined)
      .sort((a, b) => Number(a.place) - Number(b.place))
      .map(({ quota }) => quota)
  }))
}
