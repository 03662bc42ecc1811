// What an adapter tells about one account, as typed values: no words, no formatting, nothing guessed.

/** Where a subscription stands. `grace`: payment is overdue but everything still works. */
export type PlanState = 'active' | 'trial' | 'grace' | 'expired'

/** `bytes` are shown in units of 1024. */
export type QuotaUnit = 'count' | 'bytes'

/** One text per language, by BCP 47 tag. */
export type LocalizedText = Readonly<Record<string, string>>

export interface Plan {
  /** The upstream's own id of the plan, unique within the account. */
  id: string
  /** What the upstream calls it; used only for plans that the message catalogue does not know. */
  name?: string | LocalizedText
  /** Which of the catalogue's plan names fits, if one does: `docspace.plan.<kind>`. */
  kind?: string
  /** How much of the plan is bought (seats, gigabytes), when that is part of what it is. */
  quantity?: number
}

export interface Quota {
  /** The feature's id, as actions name it in the configuration. */
  feature: string
  /** What the upstream calls it; used only for features that the message catalogue does not know. */
  name?: string | LocalizedText
  unit: QuotaUnit
  /** An exact, whole, non-negative number. A quota whose usage is unknown is not in the report at all. */
  used: number
  /** 0 of 0 says that nothing was bought, unless the limit is the owner's. */
  limit: number | 'unlimited'
  /** The account's owner set this limit in place of the plan's: 0 then means that nothing is left. */
  limitSetByOwner?: true
  /** When usage starts again from zero, or the period that was paid for ends. */
  renewsAt?: Date
  /** Where a person manages what fills this quota. */
  manageUrl?: string
  /** From this remainder downwards the reader is warned, besides the warning from 90 % on. */
  warnAtRemaining?: number
}

/** Plans and quotas that belong together. */
export interface QuotaGroup {
  plans: Plan[]
  quotas: Quota[]
  /** Where a person buys more. */
  upgradeUrl?: string
}

export interface QuotaReport {
  /** Set when a part did not come that the upstream tells otherwise: the state, dates of renewal, what was bought beside the plan. */
  partial?: true
  /** Which of the message catalogue's names fit: `<vocabulary>.feature.<id>`. The adapter's type. */
  vocabulary: string
  /** Whose plans these are, unique within the vocabulary, such as a portal's origin. With a plan's id it names one plan for good. */
  account: string
  /** Absent when the upstream did not tell. */
  state?: PlanState
  /** When the trial or the grace period ends; its day, in UTC, belongs to it as a whole. */
  stateEndsAt?: Date
  groups: QuotaGroup[]
}

/** That a report was fetched earlier than for this call. */
export interface AsOf {
  fetchedAt: Date
  /** Why there is none newer: the upstream is `late`, `unavailable`, or has `refused`; absent when it is new enough. */
  reason?: 'late' | 'unavailable' | 'refused'
}
