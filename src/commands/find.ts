// Which command of the table a command line means.
import { parseArgs } from 'node:util'
import { UsageError } from '../exit.ts'
import { suggest } from '../mistakes.ts'
import type { Command, CommandOption } from './command.ts'

/** Options that are answered before any command runs. */
export const COMMON_OPTIONS = {
  help: { type: 'boolean', short: 'h', description: 'shows this' },
  version: { type: 'boolean', description: 'shows the version' }
} as const satisfies Record<string, CommandOption>

export interface Found {
  command: Command
  options: readonly { name: string; rawName: string }[]
  /** What is left of the command line for the command itself. */
  args: string[]
  /** Whether words name it; if not, it is the one that is meant when none does. */
  isNamed: boolean
  wants: { help: boolean; version: boolean }
}

/**
 * Finds the command; the first of the table is meant when no words name one. Options may stand before its name.
 * @throws {UsageError} that says what there is
 */
export function findCommand(argv: readonly string[], commands: readonly [Command, ...Command[]]): Found {
  const known = Object.fromEntries([...commands.flatMap(takes), ...Object.entries(COMMON_OPTIONS)])
  const { tokens } = parseArgs({ args: [...argv], strict: false, allowPositionals: true, tokens: true, options: known })
  const options = tokens.filter(token => token.kind === 'option')
  for (const { name, rawName } of options) {
    if (!Object.hasOwn(known, name)) throw new UsageError(`There is no option ${rawName}; ${nearest(rawName, known)}`)
  }
  const words = tokens.filter(token => token.kind === 'positional')
  const named = nameOf(
    words.map(({ value }) => value),
    commands
  )
  const name = new Set(words.slice(0, named ? wordsOf(named).length : 0).map(({ index }) => index))
  const has = (common: string) => options.some(token => token.name === common)
  return {
    command: named ?? commands[0],
    options,
    args: argv.filter((_, index) => !name.has(index)),
    isNamed: named !== undefined,
    wants: { help: has('help'), version: has('version') }
  }
}

/** @throws {UsageError} for an option that another command takes */
export function checkOptions({ command, options }: Pick<Found, 'command' | 'options'>): void {
  const own = Object.fromEntries([...takes(command), ...Object.entries(COMMON_OPTIONS)])
  for (const { name, rawName } of options) {
    if (!Object.hasOwn(own, name)) throw new UsageError(`${command.name} takes no ${rawName}; ${nearest(rawName, own)}`)
  }
}

function takes({ options }: Command): [string, CommandOption][] {
  return Object.entries(options)
}

function nearest(rawName: string, options: Readonly<Record<string, CommandOption>>): string {
  return suggest(
    rawName,
    Object.keys(options).map(name => `--${name}`)
  )
}

/** The command whose name the words begin with, the longest name first; undefined without words. */
function nameOf(words: string[], commands: readonly Command[]): Command | undefined {
  if (words.length === 0) return undefined
  const byLength = [...commands].sort((a, b) => wordsOf(b).length - wordsOf(a).length)
  const named = byLength.find(command => wordsOf(command).every((word, index) => words[index] === word))
  if (named) return named
  const names = commands.map(({ name }) => name)
  // Of a name in two words the second may be the one that is misspelt.
  const asTyped = words.slice(0, 2).join(' ')
  const told = suggest(asTyped, names).startsWith('did you mean') ? asTyped : String(words[0])
  throw new UsageError(`There is no command ${told}; ${suggest(told, names)}`)
}

function wordsOf({ name }: Command): string[] {
  return name.split(' ')
}
