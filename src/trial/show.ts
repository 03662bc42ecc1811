// A trial as a person reads it on a terminal.
import { showAnswer } from '../doctor/show-answer.ts'
import type { TracedRequest, TracedValue } from '../providers/http/trace.ts'
import { type Paint, wrap } from '../terminal.ts'
import type { Trial } from './trial.ts'

const BELOW = ' '.repeat(6)
const FURTHER = ' '.repeat(8)

/** The text of a trial, lines ended. */
export function showTrial(trial: Trial, paint: Paint): string {
  const { requests, notMade, values, failure, complaints, answer } = trial
  const heading = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [paint('bold', title), ...lines, '']
  const lines = [
    ...heading('Requests', [
      ...requests.flatMap(request => showRequest(request, paint)),
      ...notMade.map(name => `  ${paint('gray', '–')} ${name}: not made, since it needs a value that is not there`)
    ]),
    ...heading(
      'Values',
      values.flatMap(value => showValue(value, paint))
    ),
    ...complaints.map(complaint => line(paint('yellow', '!'), complaint)),
    ...(failure
      ? [
          line(paint('red', '✗'), `${failure.message} (${reasons(failure)})`),
          ...(failure.remedy === undefined ? [] : [wrap(`${BELOW}→ ${failure.remedy}`, { indent: FURTHER })])
        ]
      : [])
  ]
  const head = `${paint('bold', trial.provider)} (${trial.type})${whose(trial.connection)}\n\n`
  return `${head}${lines.map(text => `${text}\n`).join('')}${answer ? showAnswer(answer, paint) : ''}`
}

function whose(connection: unknown): string {
  const entries = Object.entries(Object(connection))
  return entries.length === 0 ? '' : `, asked with ${entries.map(([key, value]) => `${key} ${value}`).join(', ')}`
}

function line(sign: string, text: string): string {
  // Colours take no columns.
  return `  ${sign}${wrap(`    ${text}`, { indent: BELOW }).slice(3)}`
}

const reasons = ({ finding, reason }: { finding?: string; reason?: string }) =>
  [finding, reason].filter(Boolean).join(', ')

function showRequest({ page, ...request }: TracedRequest, paint: Paint): string[] {
  const { name, method, url, headers, body, ms, answer } = request
  const sign = answer === undefined ? paint('red', '✗') : paint('green', '✓')
  const took = ms === undefined ? '' : ` in ${ms} ms`
  const came = answer === undefined ? `no answer${took}: ${reasons(request)}` : `answered${took}: ${answer}`
  return [
    `  ${sign} ${name}${page > 1 ? `, page ${page}` : ''}`,
    `${BELOW}${method} ${url}`,
    ...Object.entries(headers).map(([header, value]) => `${BELOW}${header}: ${value}`),
    ...(body === undefined ? [] : [`${BELOW}${body}`]),
    wrap(`${BELOW}${came}`, { indent: FURTHER })
  ]
}

function showValue({ value, found, became, problem }: TracedValue, paint: Paint): string[] {
  const sign = problem === undefined ? paint('green', '✓') : paint('yellow', '!')
  const told = problem === undefined ? (became ?? 'nothing') : `left out: ${problem}`
  return [
    line(sign, `${value}: ${told}`),
    ...found.map(({ at, values, more }) => {
      const further = more > 0 ? ` and ${more} more` : ''
      return wrap(`${BELOW}${at} holds ${values.length === 0 ? 'nothing' : `${values.join(', ')}${further}`}`, {
        indent: FURTHER
      })
    })
  ]
}
