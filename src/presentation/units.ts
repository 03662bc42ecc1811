// Sizes in units of 1024, cut at two decimals: never more than there is, on either side of "used of allowed".

export const SIZE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const
export type SizeUnit = (typeof SIZE_UNITS)[number]

/** The largest unit in which an amount of bytes is at least 1. */
export function naturalUnit(bytes: number): SizeUnit {
  return SIZE_UNITS.findLast((_unit, power) => bytes >= 1024 ** power) ?? 'byte'
}

/**
 * The unit that usage and limit share: the limit's natural one, or the next smaller one
 * where usage would otherwise be under 0.1; without a limit, or with one of 0, the natural unit of usage.
 */
export function sharedUnit(used: number, limit: number | 'unlimited'): SizeUnit {
  if (limit === 'unlimited' || limit === 0) return naturalUnit(used)
  const unit = naturalUnit(limit)
  const power = SIZE_UNITS.indexOf(unit)
  const tooSmallToRead = used > 0 && used * 10 < 1024 ** power
  return (tooSmallToRead && SIZE_UNITS[power - 1]) || unit
}

/** An amount of bytes in a unit as a plain decimal number: ASCII digits, `.`, at most two decimals, cut. */
export function inUnit(bytes: number, unit: SizeUnit): string {
  const hundredths = (BigInt(bytes) * 100n) / 1024n ** BigInt(SIZE_UNITS.indexOf(unit))
  const fraction = String(hundredths % 100n)
    .padStart(2, '0')
    .replace(/0+$/, '')
  return `${hundredths / 100n}${fraction && `.${fraction}`}`
}
