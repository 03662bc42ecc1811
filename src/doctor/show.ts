// A result as a person reads it on a terminal: grouped, one line for each thing, and below it what to do.
import { type Paint, wrap } from '../terminal.ts'
import type { Line, Result, Status } from './result.ts'

const SIGNS: Readonly<Record<Status, string>> = { ok: '✓', warning: '!', failed: '✗', skipped: '–' }
const COLOURS = { ok: 'green', warning: 'yellow', failed: 'red', skipped: 'gray' } as const
/** The longest code, and a blank. */
const CODE_WIDTH = 20
const TEXT_COLUMN = 4 + CODE_WIDTH
const BELOW = ' '.repeat(6)

/** One line with what belongs to it: the place, the remedy, and what can be pasted. */
export function showLine(line: Line, paint: Paint): string {
  const { code, status, subject, found, details = [], place, remedy, paste = [] } = line
  const indent = ' '.repeat(TEXT_COLUMN)
  const text = wrap(`${indent}${subject === undefined ? '' : `${subject}: `}${found}`, { indent }).slice(TEXT_COLUMN)
  const head = `  ${paint(COLOURS[status], SIGNS[status])} ${code.padEnd(CODE_WIDTH)}${text}`
  if (status === 'ok' || status === 'skipped') return `${head}\n`
  const below = [
    ...details.map(detail => wrap(`${indent}${detail}`, { indent: `${indent}  ` })),
    ...(place
      ? [paint('cyan', `${BELOW}at ${place.path}${place.line === undefined ? '' : `, line ${place.line}`}`)]
      : []),
    ...(remedy === undefined ? [] : [wrap(`${BELOW}→ ${remedy}`, { indent: `${BELOW}  ` })]),
    ...paste.map(command => paint('bold', `${BELOW}    ${command}`))
  ]
  return `${[head, ...below].join('\n')}\n`
}

/** Writes lines as they come, with a heading before each group. */
export function lineWriter(paint: Paint, write: (text: string) => void): (line: Line) => void {
  let group = ''
  return line => {
    if (line.group !== group) write(`${group === '' ? '' : '\n'}${paint('bold', line.group)}\n`)
    group = line.group
    write(showLine(line, paint))
  }
}

/** How it all stands, in one line. */
export function showCounts({ counts: { ok, warning, failed, skipped } }: Pick<Result, 'counts'>, paint: Paint): string {
  const parts = [
    ...(failed > 0 ? [paint('red', `${failed} failed`)] : []),
    ...(warning > 0 ? [paint('yellow', warning === 1 ? 'one warning' : `${warning} warnings`)] : []),
    `${ok} well`,
    ...(skipped > 0 ? [paint('gray', `${skipped} skipped`)] : [])
  ]
  return `\n${parts.join(', ')}\n`
}
