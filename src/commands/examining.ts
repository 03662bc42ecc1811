// What doctor and config check have in common: their options, and how a result is shown.
import { basename, relative } from 'node:path'
import { checks } from '../doctor/checks/index.ts'
import { type Examined, type ExamineOptions, examine } from '../doctor/examine.ts'
import { lineWriter, showCounts } from '../doctor/show.ts'
import { showAnswer } from '../doctor/show-answer.ts'
import { UsageError } from '../exit.ts'
import { suggest } from '../mistakes.ts'
import { adapters } from '../providers/index.ts'
import { paintFor } from '../terminal.ts'
import { VERSION } from '../version.ts'
import { CONFIG_OPTION, type CommandContext, type CommandOptions } from './command.ts'
import { progress } from './progress.ts'

export const EXAMINE_OPTIONS = {
  config: CONFIG_OPTION,
  json: {
    type: 'boolean',
    default: false,
    description: 'prints the result as JSON, as docs/doctor.schema.json describes it'
  },
  skip: { type: 'string', value: 'CODE', multiple: true, description: 'leaves a check out, which stays visible' },
  'fail-on': {
    type: 'string',
    value: 'LEVEL',
    choices: ['failure', 'warning'],
    default: 'failure',
    description: 'from what on it ends with 1'
  }
} as const satisfies CommandOptions

interface ExamineValues {
  json: boolean
  skip?: string[] | undefined
  'fail-on': string
}

type Wanted = Pick<ExamineOptions, 'file' | 'offline' | 'urls' | 'all' | 'site' | 'asked'>

/**
 * Examines, and shows what is found as it is found, or as JSON at the end.
 * @throws {UsageError} for a code that no check has
 */
export async function examineAndShow(
  wanted: Wanted,
  { json, skip = [], 'fail-on': failOn }: ExamineValues,
  { environment }: CommandContext
): Promise<Examined> {
  const codes = checks.map(({ code }) => code)
  for (const code of skip) {
    if (!codes.includes(code)) throw new UsageError(`There is no check ${code}; ${suggest(code, codes)}`)
  }
  const write = (text: string) => void process.stdout.write(text)
  const paint = paintFor(process.stdout)
  const shown = progress()
  if (!json) write(`${paint('bold', `Quota Bridge ${VERSION}`)} looks at ${wanted.file}\n\n`)
  const examined = await examine({
    ...wanted,
    environment,
    adapters,
    now: Date.now,
    skip,
    failOn: failOn === 'warning' ? 'warning' : 'failure',
    commandLine: (...words) => [programName(environment), ...words.map(quoted)].join(' '),
    onProgress: shown.tell,
    ...(!json && { onLine: lineWriter(paint, write) })
  })
  shown.end()
  const { result } = examined
  if (json) write(`${JSON.stringify(result, null, 2)}\n`)
  else write(`${result.answer ? showAnswer(result.answer, paint) : ''}${showCounts(result, paint)}`)
  return examined
}

/** How this program was called, for commands that are to be pasted. */
function programName({ npm_lifecycle_event: script }: NodeJS.ProcessEnv): string {
  // https://docs.npmjs.com/cli/using-npm/scripts#environment
  if (script === 'npx') return 'npx quota-bridge'
  if (script !== undefined) return 'npm start --'
  const program = process.argv[1] ?? ''
  // As npm installs it into a folder of PATH.
  if (basename(program) === 'quota-bridge') return 'quota-bridge'
  return `${basename(process.execPath)} ${relative(process.cwd(), program)}`
}

/** A word as a shell takes it for one. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
