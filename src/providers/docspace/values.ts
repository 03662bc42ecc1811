// What can be made of single values of DocSpace's.

/** A name of blanks alone says nothing to anybody. */
export function isReadable(text: string | null | undefined): text is string {
  return typeof text === 'string' && text.trim() !== ''
}

/** Beyond 2^53 JSON's numbers are rounded on their way here; a rounded number is a wrong one. */
export function isExact(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
