// What a command is: its name, what it takes, and what it does.
import { parseArgs } from 'node:util'
import { type ExitCode, UsageError } from '../exit.ts'
import { suggest } from '../mistakes.ts'

export interface CommandOption {
  type: 'string' | 'boolean'
  short?: string
  /** It may be given several times. */
  multiple?: boolean
  default?: string | boolean | string[]
  /** What stands for its value in the help, such as FILE. */
  value?: string
  /** The only values that it may have. */
  choices?: readonly string[]
  description: string
}
export type CommandOptions = Readonly<Record<string, CommandOption>>

interface Parsing<Options extends CommandOptions> {
  args: string[]
  strict: true
  allowPositionals: true
  options: Options
}
/** Values by the name of their option, as `parseArgs` of Node types them. */
export type Values<Options extends CommandOptions> = ReturnType<typeof parseArgs<Parsing<Options>>>['values']

export interface CommandContext {
  environment: NodeJS.ProcessEnv
}

export interface CommandDefinition<Options extends CommandOptions> {
  /** One word or more, as they are typed. */
  name: string
  /** What it does, in half a line. */
  summary: string
  /** What else the help tells: when to use it, what it promises. */
  details?: string
  /** What follows the name, such as FILE; each is needed. */
  operands?: readonly string[]
  /** What may follow after these, any number of times, such as FILE. */
  rest?: string
  options: Options
  /** Command lines as one would type them, without the program's name. */
  examples?: readonly string[]
  run(given: { values: Values<Options>; operands: string[] }, context: CommandContext): Promise<ExitCode>
}

/** A command as the table holds it, whatever its options are. */
export interface Command extends Omit<CommandDefinition<CommandOptions>, 'run'> {
  /**
   * Reads its own part of the command line, and runs.
   * @throws {UsageError} when that part is wrong
   */
  run(args: string[], context: CommandContext): Promise<ExitCode>
}

/** Makes a command of its definition; `run` is given values of the types that its options say. */
export function defineCommand<const Options extends CommandOptions>(definition: CommandDefinition<Options>): Command {
  const { name, operands: needed = [], rest, options } = definition
  return {
    ...definition,
    async run(args, context) {
      const { values, positionals } = parse(args, options)
      checkChoices(options, values)
      const missing = needed.slice(positionals.length)
      if (missing.length > 0) throw new UsageError(`${name} needs ${missing.join(' and ')}.`)
      const surplus = positionals.slice(needed.length)
      if (surplus.length > 0 && rest === undefined) throw new UsageError(`Too many words: ${surplus.join(' ')}.`)
      return definition.run({ values, operands: positionals }, context)
    }
  }
}

function parse<Options extends CommandOptions>(args: string[], options: Options) {
  try {
    return parseArgs<Parsing<Options>>({ args, strict: true, allowPositionals: true, options })
  } catch (error) {
    throw error instanceof Error ? new UsageError(error.message) : error
  }
}

function checkChoices(options: CommandOptions, values: Readonly<Record<string, unknown>>): void {
  for (const [name, { choices }] of Object.entries(options)) {
    if (!choices) continue
    for (const value of [values[name]].flat()) {
      if (typeof value !== 'string' || choices.includes(value)) continue
      throw new UsageError(`--${name} takes no ${value}; ${suggest(value, choices)}`)
    }
  }
}

/** Says which configuration is meant; every command that reads one takes it. */
export const CONFIG_OPTION = {
  type: 'string',
  value: 'FILE',
  description: 'the configuration; QUOTA_BRIDGE_CONFIG when left out'
} as const satisfies CommandOption

/** @throws {UsageError} when none is named */
export function configurationFile(config: string | undefined, { environment }: CommandContext): string {
  const file = config ?? environment.QUOTA_BRIDGE_CONFIG
  if (!file) throw new UsageError('No configuration is named; use --config FILE or QUOTA_BRIDGE_CONFIG.')
  return file
}
