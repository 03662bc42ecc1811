// What there is to say about a quota beyond its numbers: how near the limit it is, and how the plan stands.
import { stateOverAt } from '../quota/plan.ts'
import type { Quota, QuotaReport } from '../quota/report.ts'
import { nearnessOf } from './nearness.ts'
import type { Words } from './words.ts'

/** The tooltip of a quota, `lastly` at its end, or undefined where there is nothing to say. */
export function describeQuota(
  report: QuotaReport,
  quota: Quota,
  words: Words,
  now: Date,
  lastly?: string
): string | undefined {
  const sentences = [describeUsage(quota, words), describeState(report, words, now), lastly].filter(
    sentence => sentence !== undefined
  )
  return sentences.length === 0 ? undefined : words.join(sentences)
}

function describeUsage(quota: Quota, words: Words): string | undefined {
  const { unit, used, limit } = quota
  const nearness = nearnessOf(quota)
  if (limit === 'unlimited' || nearness === undefined) return undefined
  const write = unit === 'bytes' ? words.size : words.number
  const values = { used: write(used), limit: write(limit) }
  if (nearness.kind === 'over') return words.say('tooltip.over-limit', values)
  if (nearness.kind === 'reached') return words.say('tooltip.limit-reached', values)
  return unit === 'bytes'
    ? words.say('tooltip.near-limit.bytes', { ...values, percent: words.percent(nearness.percentage) })
    : words.say('tooltip.near-limit.count', { used, limit, remaining: limit - used })
}

function describeState(report: QuotaReport, words: Words, now: Date): string | undefined {
  const { state, stateEndsAt } = report
  const overAt = stateOverAt(report)
  const ends = stateEndsAt && overAt && now < overAt ? words.date(stateEndsAt) : undefined
  if (state === 'expired') return words.say('tooltip.expired')
  if (state === 'trial') return ends && words.say('tooltip.trial-ends', { date: ends })
  if (state !== 'grace') return undefined
  return ends ? words.say('tooltip.grace-until', { date: ends }) : words.say('tooltip.grace')
}
