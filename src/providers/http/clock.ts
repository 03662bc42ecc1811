// The clock's values, in UTC, and the ways to write a moment.

const startOf = (year: number, month: number, ...rest: number[]) => new Date(Date.UTC(year, month, ...rest))

/** What the clock says at `now`. */
export const CLOCK = {
  now: now => now,
  minuteStart: now => new Date(Math.floor(now.getTime() / 60_000) * 60_000),
  hourStart: now => new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000),
  dayStart: now => startOf(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()),
  nextDayStart: now => startOf(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1),
  monthStart: now => startOf(now.getUTCFullYear(), now.getUTCMonth()),
  nextMonthStart: now => startOf(now.getUTCFullYear(), now.getUTCMonth() + 1)
} as const satisfies Record<string, (now: Date) => Date>
export type ClockName = keyof typeof CLOCK
export const CLOCK_NAMES = Object.keys(CLOCK).filter(isClockName)

export function isClockName(name: string): name is ClockName {
  return Object.hasOwn(CLOCK, name)
}

export const MOMENT_FORMATS = ['rfc3339', 'date', 'epoch-s', 'epoch-ms'] as const
export type MomentFormat = (typeof MOMENT_FORMATS)[number]

export function isMomentFormat(text: string): text is MomentFormat {
  return MOMENT_FORMATS.some(format => format === text)
}

/** A moment as an API wants it. */
export function writeMoment(moment: Date, format: MomentFormat): string {
  const text = moment.toISOString()
  if (format === 'date') return text.slice(0, 10)
  if (format === 'rfc3339') return text.replace(/\.\d+Z$/, 'Z')
  return String(format === 'epoch-s' ? Math.floor(moment.getTime() / 1000) : moment.getTime())
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/

/** The moment that a text or a number's text tells; undefined when it is none, or not between 1970 and 9999. */
export function readMoment(text: string, format: MomentFormat): Date | undefined {
  if (format === 'epoch-s' || format === 'epoch-ms') {
    if (!/^\d{1,15}$/.test(text)) return undefined
    return inTime(new Date(Number(text) * (format === 'epoch-s' ? 1000 : 1)))
  }
  const [, day = text, time = '00:00:00', fraction = '', zone = 'Z'] = (format === 'date'
    ? []
    : RFC3339.exec(text)) ?? ['', '']
  const written = `${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}`
  const inUtc = new Date(`${written}Z`)
  // JavaScript reads February 30 as March 2.
  if (Number.isNaN(inUtc.getTime()) || inUtc.toISOString() !== `${written}Z`) return undefined
  return inTime(new Date(`${written}${zone.toUpperCase()}`))
}

function inTime(date: Date): Date | undefined {
  const time = date.getTime()
  return time >= 0 && time < Date.UTC(9999, 0) ? date : undefined
}
