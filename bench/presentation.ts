// npm run bench:presentation: what saying an answer costs in each language once its formatters exist, and what is left behind
// by readers of languages and regions that nobody had before. Ends with 1 over 50 µs, or when memory grows.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { regionalReaders, reportCases, sayCase } from '../src/devkit/language-cases.ts'
import { unseenTags } from '../src/devkit/unseen-languages.ts'
import { LANGUAGES } from '../src/presentation/catalogues.ts'
import { chooseReading } from '../src/presentation/languages.ts'
import { createPresenter } from '../src/presentation/presenter.ts'
import { wordsOf } from '../src/presentation/words.ts'

const ALLOWED_MICROSECONDS = 50
const ROUNDS = 2000
const CALLS = 20_000
const WARM_UP_CALLS = 3000
const ALLOWED_MEGABYTES = 8

/** Mean time of one case's answer, in microseconds. */
function measure(name: string, reader: string): number {
  const { language, formats } = chooseReading([reader], 'en')
  const words = wordsOf(language, formats)
  for (let i = 0; i < ROUNDS / 4; i++) sayCase(name, words)
  const started = performance.now()
  for (let i = 0; i < ROUNDS; i++) sayCase(name, words)
  return ((performance.now() - started) * 1000) / ROUNDS
}

function write(...cells: string[]): void {
  const [language = '', ...numbers] = cells
  process.stdout.write(`${[language.padEnd(8), ...numbers.map(cell => cell.padStart(12))].join('  ')}\n`)
}

// The first language would otherwise pay for compiling the code.
for (const name of reportCases) measure(name, 'en')

process.stdout.write('µs per answer, formatters made before:\n\n')
write('language', 'mean', 'dearest')
write('--------', '------------', '------------')
const slow = [...LANGUAGES, ...regionalReaders].filter(language => {
  const times = reportCases.map(name => measure(name, language))
  const dearest = Math.max(...times)
  write(language, (times.reduce((sum, time) => sum + time, 0) / times.length).toFixed(1), dearest.toFixed(1))
  return dearest > ALLOWED_MICROSECONDS
})
process.stdout.write(`\n${slow.length === 0 ? 'all' : `all but ${slow.join(', ')}`} under ${ALLOWED_MICROSECONDS} µs\n`)

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** What the process holds after collecting, in megabytes. */
function held(): { heap: number; resident: number } {
  collect()
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed / 2 ** 20, resident: rss / 2 ** 20 }
}

const presenter = createPresenter({ sizes: 'in-value', now: () => Date.parse('2026-11-22T15:00:00Z') })
const quotas = [
  { feature: 'room', unit: 'count', used: 1234, limit: 1300 } as const,
  { feature: 'total_size', unit: 'bytes', used: 2 ** 30, limit: 2 ** 30 } as const
]
const trial = { state: 'trial', stateEndsAt: new Date('2026-12-05T00:00:00Z') } as const
const report = { vocabulary: 'docspace', account: 'a', ...trial, groups: [{ plans: [], quotas }] }
const call = (n: number) => presenter({ kind: 'report', report }, [], { languages: unseenTags(n), labels: new Map() })
const megabytes = (value: number) => value.toFixed(1)

process.stdout.write(`\nMB held, each call with 20 language tags that nobody sent before:\n\n`)
write('calls', 'heap', 'resident')
write('--------', '------------', '------------')
for (let n = 0; n < WARM_UP_CALLS; n++) call(n)
const before = held()
write(String(WARM_UP_CALLS), megabytes(before.heap), megabytes(before.resident))
for (let n = WARM_UP_CALLS; n < WARM_UP_CALLS + CALLS; n++) call(n)
const after = held()
write(String(WARM_UP_CALLS + CALLS), megabytes(after.heap), megabytes(after.resident))
const flat = after.heap - before.heap < ALLOWED_MEGABYTES
process.stdout.write(`\n${flat ? 'flat' : `grew by more than ${ALLOWED_MEGABYTES} MB`}\n`)

process.exitCode = slow.length === 0 && flat ? 0 : 1
