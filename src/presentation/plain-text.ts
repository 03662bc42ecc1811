// Text without invisible marks of direction: those that Intl and others put into it, and the isolates that are ours to add.

const DIRECTION_MARKS = /[\u061C\u200E\u200F\u2066-\u2069]/g

/** Whether a text has marks of direction in it. */
export function hasDirectionMarks(text: string): boolean {
  return text.search(DIRECTION_MARKS) >= 0
}

/** The text without them. */
export function plainText(text: string): string {
  return text.replace(DIRECTION_MARKS, '')
}

/** The text with spaces that no line breaks at; narrow ones stay narrow. */
export function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00A0')
}
