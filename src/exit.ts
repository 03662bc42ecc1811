// With which codes commands end; what scripts and orchestrators go by.

export const EXIT = {
  /** Done, all well, or stopped by a signal. */
  ok: 0,
  /** Something failed. */
  failed: 1,
  /** A wrong command line or configuration. */
  usage: 2,
  /** Warnings, and nothing worse. */
  warnings: 3
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** A command line that cannot be followed; the message says what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
