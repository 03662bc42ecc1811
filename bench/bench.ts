// npm run bench [-- --quick] [-- --only NAME]: what a call costs, beside what people would use instead, and what else is to be
// reached. Keeps what each row told in bench/results.json, and the picture that README shows; --quick keeps nothing.
import { availableParallelism, cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { tableOf } from '../src/devkit/table.ts'
import { type Candidate, middle } from './calls/compare.ts'
import { createStage, type Stage } from './calls/stage.ts'
import { keep } from './results.ts'
import { cold } from './rows/cold.ts'
import { comparison } from './rows/comparison.ts'
import { footprint } from './rows/footprint.ts'
import { forwarded } from './rows/forwarded.ts'
import { growth } from './rows/growth.ts'
import { refusals } from './rows/refusals.ts'
import { type Figure, isReached, type Row } from './rows/row.ts'
import { workers } from './rows/workers.ts'

const ROWS: readonly Row[] = [refusals, cold, footprint, forwarded, workers, growth]
const COMPARISON = 'comparison'
const GIB = 1024 ** 3

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } } })
const { quick, only } = values
if (only !== undefined && ![COMPARISON, ...ROWS.map(({ name }) => name)].includes(only)) {
  process.stderr.write(
    `There is no row "${only}"; there are: ${[COMPARISON, ...ROWS.map(({ name }) => name)].join(', ')}\n`
  )
  process.exit(2)
}
const isWanted = (name: string) => only === undefined || only === name
const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${(totalmem() / GIB).toFixed(0)} GiB, Node ${process.version}`

const tellOf = (name: string) => (what: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${name}: ${what}`)
}
const kept = { date: new Date().toISOString().slice(0, 10), machine }
const figures: Figure[] = []
let candidates: Candidate[] = []

/** Measures a row on a stage of its own; one that cannot be measured takes no other along. */
async function measure(row: string, work: (stage: Stage) => Promise<{ figures: Figure[]; candidates?: Candidate[] }>) {
  if (!isWanted(row)) return
  const stage = createStage()
  try {
    const told = await work(stage)
    figures.push(...told.figures)
    candidates = told.candidates ?? candidates
    if (!quick) keep({ row, ...kept, ...told })
  } catch (error) {
    process.stderr.write(`\n${row} could not be measured: ${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  } finally {
    await stage.close()
  }
}

await measure(COMPARISON, stage => comparison(stage, { quick, tell: tellOf(COMPARISON) }))
for (const row of ROWS)
  await measure(row.name, async stage => ({ figures: await row.measure(stage, { quick, tell: tellOf(row.name) }) }))
tellOf('done')('')
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')

if (candidates.length > 0) printCandidates()
printFigures()
if (candidates.some(({ wrong }) => wrong > 0)) process.exitCode = 1

function printCandidates(): void {
  const rows = candidates.map(candidate => {
    const { cpuUs, callsPerSecond, p50Ms, p99Ms } = middle(candidate)
    const spread = `${Math.min(...candidate.cpuUs).toFixed(0)}–${Math.max(...candidate.cpuUs).toFixed(0)}`
    const rate = Math.round(callsPerSecond).toLocaleString('en')
    return [candidate.name, cpuUs.toFixed(0), spread, rate, p50Ms.toFixed(1), p99Ms.toFixed(1), String(candidate.wrong)]
  })
  print(['candidate', 'CPU µs a call', 'spread', 'calls/s', 'p50 ms', 'p99 ms', 'wrong'], rows)
}

function printFigures(): void {
  const rows = figures.map(figure => {
    const { what, value, unit, spread, target } = figure
    const number = (amount: number) => amount.toFixed(amount >= 100 ? 0 : 2)
    const bound = target && ('atMost' in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`)
    const reached = isReached(figure)
    return [
      what,
      `${number(value)} ${unit}`,
      spread ? spread.map(number).join('–') : '',
      bound ?? '',
      reached === undefined ? '' : reached ? 'reached' : 'not reached'
    ]
  })
  print(['what', 'value', 'spread', 'target', ''], rows)
}

function print(heads: string[], rows: string[][]): void {
  process.stdout.write(`${tableOf(heads, rows)}\n`)
}
