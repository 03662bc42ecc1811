// npm run bench:presentation: what saying an answer costs in each language once its formatters exist. Ends with 1 over 50 µs.
import { reportCases, sayCase } from '../src/devkit/language-cases.ts'
import { LANGUAGES } from '../src/presentation/catalogues.ts'
import { wordsOf } from '../src/presentation/words.ts'

const ALLOWED_MICROSECONDS = 50
const ROUNDS = 2000

/** Mean time of one case's answer, in microseconds. */
function measure(name: string, language: string): number {
  const words = wordsOf(language)
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
const slow = LANGUAGES.filter(language => {
  const times = reportCases.map(name => measure(name, language))
  const dearest = Math.max(...times)
  write(language, (times.reduce((sum, time) => sum + time, 0) / times.length).toFixed(1), dearest.toFixed(1))
  return dearest > ALLOWED_MICROSECONDS
})
process.stdout.write(`\n${slow.length === 0 ? 'all' : `all but ${slow.join(', ')}`} under ${ALLOWED_MICROSECONDS} µs\n`)
process.exitCode = slow.length === 0 ? 0 : 1
