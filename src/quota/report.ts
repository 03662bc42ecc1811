// What an adapter tells about one account, as typed values: no words, no formatting, nothing guessed. The schemas are for
// reports that come back from the store.
import { type Static, Type } from '../schema.ts'

/** One text per language, by BCP 47 tag. */
export type LocalizedText = Readonly<Record<string, string>>
const Name = Type.Union([Type.String(), Type.Record(Type.String(), Type.String())])
/** An exact, whole, non-negative number. */
const Amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

const Plan = Type.Object({
  /** The upstream's own id of the plan, unique within the account. */
  id: Type.String(),
  /** What the upstream calls it; used only for plans that the message catalogue does not know. */
  name: Type.Optional(Name),
  /** Which of the adapter's plan names fits, if one does: `plan.<kind>`. */
  kind: Type.Optional(Type.String()),
  /** How much of the plan is bought, such as seats, when that is part of what it is. */
  quantity: Type.Optional(Type.Number()),
  /** How much room is bought, in bytes, where that is what the plan is; a part of its name. */
  size: Type.Optional(Type.Number())
})
export type Plan = Static<typeof Plan>

const Quota = Type.Object({
  /** The feature's id, as actions name it in the configuration. */
  feature: Type.String(),
  /** What the upstream calls it; used only for features that the message catalogue does not know. */
  name: Type.Optional(Name),
  /** `bytes` are shown in units of 1024. */
  unit: Type.Union([Type.Literal('count'), Type.Literal('bytes')]),
  /** A quota whose usage is unknown is not in the report at all. */
  used: Amount,
  /** 0 of 0 says that nothing was bought, unless the limit is the owner's. */
  limit: Type.Union([Amount, Type.Literal('unlimited')]),
  /** The account's owner set this limit in place of the plan's: 0 then means that nothing is left. */
  limitSetByOwner: Type.Optional(Type.Literal(true)),
  /** When usage starts again from zero, or the period that was paid for ends. */
  renewsAt: Type.Optional(Type.Date()),
  /** Where a person manages what fills this quota. */
  manageUrl: Type.Optional(Type.String()),
  /** From this remainder downwards the reader is warned, besides the warning from 90 % on. */
  warnAtRemaining: Type.Optional(Type.Number())
})
export type Quota = Static<typeof Quota>

const QuotaGroup = Type.Object({
  plans: Type.Array(Plan),
  quotas: Type.Array(Quota),
  /** Where a person buys more. */
  upgradeUrl: Type.Optional(Type.String())
})
/** Plans and quotas that belong together. */
export type QuotaGroup = Static<typeof QuotaGroup>

const PlanState = Type.Union([
  Type.Literal('active'),
  Type.Literal('trial'),
  Type.Literal('grace'),
  Type.Literal('expired')
])
/** Where a subscription stands. `grace`: payment is overdue but everything still works. */
export type PlanState = Static<typeof PlanState>

export const QuotaReport = Type.Object({
  /** Set when a part did not come that the upstream tells otherwise: the state, dates of renewal, what was bought beside the plan. */
  partial: Type.Optional(Type.Literal(true)),
  /** Which of the message catalogue's names fit: `<vocabulary>.feature.<id>`. The adapter's type. */
  vocabulary: Type.String(),
  /** Whose plans these are, unique within the vocabulary, such as a portal's origin. With a plan's id it names one plan for good. */
  account: Type.String(),
  /** Absent when the upstream did not tell. */
  state: Type.Optional(PlanState),
  /** When the trial or the grace period ends; its day, in UTC, belongs to it as a whole. */
  stateEndsAt: Type.Optional(Type.Date()),
  groups: Type.Array(QuotaGroup)
})
export type QuotaReport = Static<typeof QuotaReport>

/** That a report was fetched earlier than for this call. */
export interface AsOf {
  fetchedAt: Date
  /** Why there is none newer: the upstream is `late`, `unavailable`, or has `refused`; absent when it is new enough. */
  reason?: 'late' | 'unavailable' | 'refused'
}
