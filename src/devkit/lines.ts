// Text laid out in lines of so many columns, as terminals count them; how it looks is put on when it is printed.
import { eastAsianWidth } from 'get-east-asian-width'
import type { Look, Style } from './look.ts'

/** A piece of a line. */
export interface Span {
  text: string
  style?: Style
  /** Where it leads when it is clicked. */
  address?: string
}
export type Line = readonly Span[]

/** Before what stands at the right. */
const GAP = 2

/** Marks that stand over or under a letter, and what is not seen. */
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u

/**
 * Columns of a text, character by character as most terminals count: those that join clusters of letters show it narrower,
 * and nothing is ever wider. https://www.unicode.org/reports/tr11/
 */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) {
    if (!WITHOUT_WIDTH.test(character)) width += eastAsianWidth(character.codePointAt(0) ?? 0)
  }
  return width
}

/** Columns of a line. */
export function lineWidth(line: Line): number {
  return line.reduce((width, { text }) => width + widthOf(text), 0)
}

/** A line as it is printed. */
export function printed(line: Line, { paint, link }: Look): string {
  return line
    .map(({ text, style, address }) => {
      const painted = style === undefined ? text : paint(style, text)
      return address === undefined ? painted : link(address, painted)
    })
    .join('')
}

export function blanks(columns: number): Span {
  return { text: ' '.repeat(Math.max(0, columns)) }
}

/** Of languages that write no blanks between words. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]/u
const words = new Intl.Segmenter('en', { granularity: 'word' })

/** A text in lines of so many columns: broken at blanks and between words, and inside of a word only where it is longer than a line. */
export function wrap(text: string, columns: number): string[] {
  const lines = ['']
  for (const piece of pieces(text)) {
    const last = lines.at(-1) ?? ''
    if (widthOf((last + piece).trimEnd()) <= columns) {
      lines[lines.length - 1] = last + piece
      continue
    }
    let rest = piece.trimStart()
    if (last === '') lines.pop()
    while (widthOf(rest.trimEnd()) > columns) {
      const start = startOf(rest, columns)
      lines.push(start)
      rest = rest.slice(start.length)
    }
    lines.push(rest)
  }
  return lines.map(line => line.trimEnd())
}

/** What is kept together, each with the blanks behind it. */
function pieces(text: string): string[] {
  const found: string[] = []
  for (const { segment, isWordLike } of words.segment(text)) {
    const last = found.at(-1)
    const mayBreak = last === undefined || / $/.test(last) || (isWordLike && UNSPACED.test(`${last.at(-1)}${segment}`))
    if (mayBreak) found.push(segment)
    else found[found.length - 1] = last + segment
  }
  return found
}

/** As much of a text as so many columns show, one character at least. */
function startOf(text: string, columns: number): string {
  let start = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (start !== '' && widthOf(start + segment) > columns) break
    start += segment
  }
  return start
}

/** A text cut to so many columns, which it shows. */
export function cut(text: string, columns: number): string {
  return widthOf(text) <= columns ? text : `${startOf(text, columns - 1)}…`
}

/** A line with another at the right of it, or below where there is no room. */
export function besides(line: Line, right: Span, columns: number): Line[] {
  const room = columns - lineWidth(line) - widthOf(right.text)
  if (room >= GAP) return [[...line, blanks(room), right]]
  return [line, [blanks(columns - widthOf(right.text)), right]]
}

/** Longer than any line, and nobody's to read over a shoulder. */
const TOKEN = /([?&]token=)[^&]+/

/**
 * A label and its address, in one line where they fit, as far indented as they fit. An address is never broken: it could not
 * be clicked then. One that is too long for a line is cut, and so is a token in it; the JSON has it whole.
 */
export function linkLines(label: Span, address: string, columns: number, indents: readonly number[]): Line[] {
  const told = address.replace(TOKEN, '$1…')
  const width = widthOf(`${label.text} ${told}`)
  const indent = indents.find(each => each + width <= columns)
  const shown = (text: string): Span => ({ text, style: 'dim', address })
  if (indent !== undefined) return [[blanks(indent), label, { text: ' ' }, shown(told)]]
  return [...wrap(label.text, columns).map(text => [{ ...label, text }]), [shown(cut(told, columns))]]
}
