// DocSpace's dates: .NET's seven-digit fractions, with a zone or without one, and two ways to say "never".

const FORM = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,7}))?(Z|[+-]\d{2}:\d{2})?$/

/**
 * The moment that a date of DocSpace names; a date without a zone is UTC.
 * Undefined for "never" (year 1, or 9999 and later), for an absent date, and for one in no known form.
 */
export function parseDate(text: string | null | undefined): Date | undefined {
  const match = FORM.exec(text ?? '')
  if (!match) return undefined
  const [, year, month, day, hours, minutes, seconds, fraction = '', zone = 'Z'] = match
  if (Number(year) <= 1 || Number(year) >= 9999) return undefined
  const written = `${year}-${month}-${day}T${hours}:${minutes}:${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}`
  const date = new Date(`${written}${zone}`)
  return Number.isNaN(date.getTime()) || !isInCalendar(written) ? undefined : date
}

/** Whether there is such a moment: JavaScript reads February 30 as March 2, and 24:00 as the next day. */
function isInCalendar(written: string): boolean {
  const date = new Date(`${written}Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString() === `${written}Z`
}

/** The first moment of the month after `now`, in UTC. */
export function startOfNextMonth(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1))
}
