// Text without the invisible marks of direction that Intl puts into it: what cannot show them shows boxes.

const DIRECTION_MARKS = /[\u061C\u200E\u200F\u2066-\u2069]/g

/** Whether a text has marks of direction in it. */
export function hasDirectionMarks(text: string): boolean {
  return text.search(DIRECTION_MARKS) >= 0
}

/** The text without them. */
export function plainText(text: string): string {
  return text.replace(DIRECTION_MARKS, '')
}

/** A number with its unit. */
export function plainUnit(format: Intl.NumberFormat, value: number): string {
  const text = format.format(value)
  if (!hasDirectionMarks(text)) return text
  // Hebrew has patterns in which the unit stands first and a mark turns the two: without it they stand as they are read.
  const parts = format.formatToParts(value)
  const unit = parts.find(({ type }) => type === 'unit')?.value ?? ''
  const number = parts.filter(({ type }) => type !== 'unit' && type !== 'literal').map(part => part.value)
  return `${number.join('')}\u00A0${unit}`
}
