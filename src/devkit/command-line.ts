// The command lines of the devkit: what was typed, or in a sentence what is wrong with it.
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { suggest } from '../mistakes.ts'

/** A command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/**
 * Node's parseArgs, with unknown options told by the nearest one.
 * @throws {UsageError}
 */
export function readCommandLine<Config extends ParseArgsConfig & { options: object }>(
  config: Config
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const [, unknown] = /^Unknown option '(--?[^']+)'/.exec(error.message) ?? []
    if (unknown === undefined) throw new UsageError(`${error.message.replace(/\.?$/, '.')}`)
    const known = Object.keys(config.options).map(name => `--${name}`)
    throw new UsageError(`There is no option ${unknown}; ${suggest(unknown, known)}`)
  }
}
