// Sentences written from right to left, whatever stands around and inside of them: what runs the other way is isolated, and
// the whole from its surroundings. https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
const [LEFT_TO_RIGHT, RIGHT_TO_LEFT, END] = ['\u2066', '\u2067', '\u2069']

const RIGHT_TO_LEFT_SCRIPTS = new Set(['Arab', 'Hebr'])
/** Letters, and the digits of Arabic, whose percent sign stands to their left. */
const FIRST_LETTER = /[\p{L}\u0660-\u0669]/u
const RIGHT_TO_LEFT_LETTER = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF]/

/** Whether a language is written from right to left. */
export function isRightToLeft(language: string): boolean {
  return RIGHT_TO_LEFT_SCRIPTS.has(new Intl.Locale(language).maximize().script ?? '')
}

/** A part of a sentence, read by itself in the direction of its first letter. */
export function isolate(text: string): string {
  const [first = ''] = FIRST_LETTER.exec(text) ?? []
  return `${RIGHT_TO_LEFT_LETTER.test(first) ? RIGHT_TO_LEFT : LEFT_TO_RIGHT}${text}${END}`
}

/** Whole sentences, read from right to left also where everything around runs from left to right. */
export function enclose(text: string): string {
  return `${RIGHT_TO_LEFT}${text}${END}`
}
