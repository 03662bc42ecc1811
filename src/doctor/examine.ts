// One examination, from the first check to the last: none stops another, and every text is masked.
import { EXIT, type ExitCode } from '../exit.ts'
import { VERSION } from '../version.ts'
import { within } from '../within.ts'
import { broken, type Check, type Found, Skip, skipped } from './check.ts'
import { checks as allChecks } from './checks/index.ts'
import { beginExamination, type Examination, type ExaminationOptions } from './examination.ts'
import { maskDeep } from './mask.ts'
import { countLines, type Line, RESULT_VERSION, type Result } from './result.ts'

export interface ExamineOptions extends ExaminationOptions {
  /** Asks nobody: neither network nor store. */
  offline: boolean
  /** Codes of checks that nobody is to look at. */
  skip: readonly string[]
  /** What makes the whole a failure. */
  failOn: 'failure' | 'warning'
  /** Hears each line as soon as it is known. */
  onLine?: (line: Line) => void
}

export interface Examined {
  result: Result
  /** What may be told of the configuration it was about, and with what. */
  examination: Pick<Examination, 'written' | 'environment' | 'mask'>
}

/** No check takes this long, but for going through a whole store. */
const CHECK_MS_MAX = 60_000

/** Looks at everything, in order. */
export async function examine(
  options: ExamineOptions,
  { checks = allChecks, limitMs = CHECK_MS_MAX }: { checks?: readonly Check[]; limitMs?: number } = {}
): Promise<Examined> {
  const at = new Date(options.now()).toISOString()
  const examination = beginExamination(options)
  try {
    const lines: Line[] = []
    for (const check of checks.filter(({ offline }) => offline || !options.offline)) {
      for (const found of await look(check, examination, options, limitMs)) {
        const line = toLine(check, found, examination)
        lines.push(line)
        options.onLine?.(line)
      }
    }
    const { file, mask, answer } = examination
    const result: Result = {
      version: RESULT_VERSION,
      program: { name: 'quota-bridge', version: VERSION },
      configuration: file,
      at,
      counts: countLines(lines),
      lines,
      ...(answer && { answer: maskDeep(answer, mask) }),
      exitCode: exitCodeOf(lines, options.failOn)
    }
    return { result, examination }
  } finally {
    await examination.close()
  }
}

async function look(
  check: Check,
  examination: Examination,
  { skip, all }: ExamineOptions,
  limitMs: number
): Promise<Found[]> {
  if (skip.includes(check.code)) return [skipped(new Skip(`--skip ${check.code} was given`))]
  try {
    const late = () => [broken(new Error(`no end within ${limitMs / 1000} s`))]
    const running = check.run(examination)
    const found = await (all ? running : within(limitMs, running, late))
    return found.length > 0 ? found : [skipped(new Skip('there is nothing of the kind'))]
  } catch (error) {
    return [error instanceof Skip ? skipped(error) : broken(error)]
  }
}

function toLine({ code, group }: Check, { place, ...found }: Found, { written, mask }: Examination): Line {
  const line = place && written?.lineOf(place)
  return {
    code,
    group,
    ...maskDeep(found, mask),
    ...(place && { place: { path: mask(place.join('.')), ...(line !== undefined && { line }) } })
  }
}

/** Of a wrong configuration it is the configuration that is told, whatever else failed for it. */
function exitCodeOf(lines: readonly Line[], failOn: ExamineOptions['failOn']): ExitCode {
  const failed = lines.filter(({ status }) => status === 'failed')
  if (failed.some(({ group, code }) => group === 'Configuration' || code === 'QB-WIX-KEY')) return EXIT.usage
  if (failed.length > 0) return EXIT.failed
  if (!lines.some(({ status }) => status === 'warning')) return EXIT.ok
  return failOn === 'warning' ? EXIT.failed : EXIT.warnings
}
