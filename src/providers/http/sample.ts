// A made-up account for previews: what the mapping reads, under the names that it gives.
import type { QuotaReport } from '../../quota/report.ts'
import { sampleQuota } from '../../quota/sample.ts'
import type { HttpSettings } from './schema.ts'

export function sampleReport({ quotas, upgradeUrl }: HttpSettings): QuotaReport {
  const named = Object.entries(quotas).map(([feature, { names, unit, manageUrl }]) => ({
    ...sampleQuota(feature, unit),
    ...(names !== undefined && { name: names }),
    ...(manageUrl !== undefined && { manageUrl })
  }))
  // What a connection's fields would fill in stays as it is written.
  const group = { plans: [{ id: 'sample' }], quotas: named, ...(upgradeUrl !== undefined && { upgradeUrl }) }
  return { vocabulary: 'http', account: 'sample', groups: [group] }
}
