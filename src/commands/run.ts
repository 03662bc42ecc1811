// From a command line to an exit code.

import { EXIT, type ExitCode, UsageError } from '../exit.ts'
import { VERSION } from '../version.ts'
import type { Command, CommandContext } from './command.ts'
import { checkOptions, findCommand } from './find.ts'
import { helpOf, overview, usageOf } from './help.ts'

/** Runs the command that is meant, or tells on standard error what is wrong with the command line. */
export async function runCommand(
  argv: readonly string[],
  commands: readonly [Command, ...Command[]],
  context: CommandContext
): Promise<ExitCode> {
  let command: Command | undefined
  try {
    const found = findCommand(argv, commands)
    const { wants, isNamed, args } = found
    command = found.command
    checkOptions(found)
    if (wants.version) process.stdout.write(`quota-bridge ${VERSION}\n`)
    else if (wants.help) process.stdout.write(isNamed ? helpOf(command) : overview(commands))
    else return await command.run(args, context)
    return EXIT.ok
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const usage = command ? usageOf(command) : `Usage: quota-bridge [COMMAND] [OPTION]...`
    process.stderr.write(
      `${/[.?]$/.test(error.message) ? error.message : `${error.message}.`}\n\n${usage}\n\n--help tells more.\n`
    )
    return EXIT.usage
  }
}
