// Text for a terminal of 80 columns.
import { styleText } from 'node:util'

export const COLUMNS = 80

/** Colours a text, where the stream it is for has colours. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string

export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream })
}

export interface WrapOptions {
  /** What further lines begin with. */
  indent?: string
  /** What lines are broken at: blanks, when left out. */
  at?: RegExp
  columns?: number
}

/** Breaks a text into lines; a word that is longer than one stays whole. */
export function wrap(
  text: string,
  { indent = '', at = /(?<=\S) (?=\S)/, columns = COLUMNS }: WrapOptions = {}
): string {
  const lines: string[] = []
  let line: string | undefined
  for (const word of text.split(at)) {
    const longer: string = line === undefined ? word : `${line} ${word}`
    if (line === undefined || longer.length <= columns) line = longer
    else {
      lines.push(line)
      line = `${indent}${word}`
    }
  }
  return [...lines, line].join('\n')
}
