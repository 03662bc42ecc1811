// Made-up numbers, for previews: near enough to a limit to have something to say.
import type { Quota } from './report.ts'

const GB = 1024 ** 3
const [USED, LIMIT] = [9, 10]

/** A quota of a feature of which nothing but its unit is known. */
export function sampleQuota(feature: string, unit: Quota['unit'] = 'count'): Quota {
  const scale = unit === 'bytes' ? GB : 1
  return { feature, unit, used: USED * scale, limit: LIMIT * scale }
}
