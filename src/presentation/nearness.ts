// How near a quota is to its limit: what readers are warned of, and whoever is told by a webhook.
import type { Quota } from '../quota/report.ts'

/** From this part of a limit on, the reader is warned. */
const NEAR_LIMIT_PERCENT = 90

export interface Nearness {
  kind: 'near' | 'reached' | 'over'
  /** Of the limit, rounded down; 100 where there is none. */
  percentage: number
}

/** Undefined where there is nothing to warn of. */
export function nearnessOf(quota: Quota): Nearness | undefined {
  const { used, limit, limitSetByOwner = false, warnAtRemaining = 0 } = quota
  // 0 of 0 is Wix's way to say that nothing was bought.
  const notBought = limit === 0 && used === 0 && !limitSetByOwner
  if (limit === 'unlimited' || notBought) return undefined
  // BigInt: a percentage of bytes must not be off by a rounding at the very line.
  const percentage = limit === 0 ? 100 : Number((BigInt(used) * 100n) / BigInt(limit))
  if (used > limit) return { kind: 'over', percentage }
  if (used === limit) return { kind: 'reached', percentage }
  return percentage < NEAR_LIMIT_PERCENT && limit - used > warnAtRemaining ? undefined : { kind: 'near', percentage }
}
