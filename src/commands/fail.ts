// A command's own failures, as the operator reads them on a terminal.
import { styleText } from 'node:util'
import type { Logger } from 'pino'
import { EXIT, type ExitCode } from '../exit.ts'
import { ConfigurationError, type Mistake } from '../mistakes.ts'
import { startFailure } from '../start-failure.ts'

/** Tells why a command could not do its work, and gives the exit code for it. */
export function fail(error: unknown, file: string, logger: Logger): ExitCode {
  if (error instanceof ConfigurationError) {
    process.stderr.write(tellMistakes(file, error.mistakes))
    return EXIT.usage
  }
  logger.fatal(...startFailure(error))
  return EXIT.failed
}

function tellMistakes(file: string, mistakes: readonly Mistake[]): string {
  const paint = (style: 'bold' | 'red' | 'cyan', text: string) => styleText(style, text, { stream: process.stderr })
  const lines = mistakes.map(({ path, line, message }) => {
    const place =
      path.length === 0 ? '' : `${paint('cyan', path.join('.'))}${line === undefined ? '' : ` (line ${line})`} `
    return `  ${place}${message}`
  })
  const count = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`
  return `${paint('red', `The configuration ${file} has ${count}; nothing was started.`)}\n${lines.join('\n')}\n`
}
