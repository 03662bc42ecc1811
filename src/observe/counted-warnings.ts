// Warnings that may come by the thousand: the first of a kind is written at once, and how many more there were each minute, or so.
import type { Logger } from 'pino'

const MINUTE_MS = 60_000
/** Whoever provokes ever new kinds must not fill the memory or the log. */
const KINDS_MAX = 100

export interface CountedWarning {
  /** What is counted together, beside the message. */
  kind: string
  /** Of the first of its kind. */
  fields: Record<string, unknown>
  message: string
}

/** Writes or counts a warning. */
export type WarnCounted = (warning: CountedWarning) => void

/** `others` takes the place of a kind when there are too many of them. */
export function createCountedWarnings(
  log: Pick<Logger, 'warn'>,
  others: CountedWarning,
  everyMs = MINUTE_MS
): WarnCounted {
  const counts = new Map<string, number>()

  return warning => {
    const asked = `${warning.message}\n${warning.kind}`
    const isKept = counts.has(asked) || counts.size < KINDS_MAX
    const { fields, message } = isKept ? warning : others
    const kind = isKept ? asked : ''
    const count = counts.get(kind)
    counts.set(kind, (count ?? 0) + 1)
    if (count !== undefined) return
    log.warn({ ...fields, calls: 1 }, message)
    counts.set(kind, 0)
    const timer = setInterval(() => {
      const calls = counts.get(kind) ?? 0
      counts.set(kind, 0)
      if (calls > 0) return log.warn({ ...fields, calls }, message)
      clearInterval(timer)
      counts.delete(kind)
    }, everyMs)
    timer.unref()
  }
}
