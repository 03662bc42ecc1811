// What an upstream calls things, fit to be shown: it may be broken, endless, or meant to deceive the eye.
import { once } from '../once.ts'

const LENGTH_MAX = 100
/** More than this is not looked at; what cannot be seen does not count, so that it may be more than can be shown. */
const LOOKED_AT_MAX = 10_000

/** Looked up in ICU's tables for the first text: at the start they would take time and memory that nobody needs yet. */
const unicode = once(() => ({
  blanks: /[\t-\r\u0085\p{Z}]+/gu,
  /** What steers a terminal or the direction of writing, has no width, or is half a character. */
  hidden: /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu,
  /** Not blanks, nor marks that need a letter below them. U+2800 is the Braille pattern without a dot. */
  visible: /[^\s\p{Z}\p{Mn}\p{Me}\u2800]/u,
  graphemes: new Intl.Segmenter('und', { granularity: 'grapheme' })
}))

/**
 * The text in one line, without what cannot be seen, cut between characters at 100 UTF-16 units;
 * undefined when nothing visible is left. https://www.unicode.org/reports/tr36/
 */
export function visibleText(text: string | null | undefined): string | undefined {
  const { blanks, hidden, visible } = unicode()
  const line = (text ?? '').slice(0, LOOKED_AT_MAX).replace(blanks, ' ').replace(hidden, '')
  const short = cut(line.replace(/ {2,}/g, ' ').trim()).trimEnd()
  return visible.test(short) ? short : undefined
}

function cut(text: string): string {
  if (text.length <= LENGTH_MAX) return text
  // The character that the limit falls into begins where the text then ends.
  return text.slice(0, unicode().graphemes.segment(text).containing(LENGTH_MAX)?.index)
}
