// What export and import have in common: the passphrase, and how they tell what went wrong.
import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import { type Configuration, loadConfiguration } from '../config/load.ts'
import { EXIT, type ExitCode, UsageError } from '../exit.ts'
import { ConfigurationError } from '../mistakes.ts'
import { adapters } from '../providers/index.ts'
import type { Counts } from '../store/move/records.ts'
import { MoveRefusal } from '../store/move/refusal.ts'
import { StoreRefusal } from '../store/refusal.ts'
import { StoreError, storeTroubles } from '../store/store-error.ts'
import type { CommandContext, CommandOption } from './command.ts'
import { fail } from './fail.ts'

export const PASSPHRASE_OPTION = {
  type: 'string',
  value: 'FILE',
  description: 'a file that holds the passphrase, in the place of QUOTA_BRIDGE_PASSPHRASE'
} as const satisfies CommandOption

/**
 * The passphrase, never from the command line, which other users of a machine may see; undefined when none is given.
 * @throws {UsageError} when the file cannot be read, or is empty
 */
export function readPassphrase(file: string | undefined, { environment }: CommandContext): string | undefined {
  if (file === undefined) return environment.QUOTA_BRIDGE_PASSPHRASE || undefined
  try {
    const passphrase = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    if (passphrase !== '') return passphrase
  } catch (error) {
    throw new UsageError(`The passphrase cannot be read from ${file} (${systemCode(error)}).`)
  }
  throw new UsageError(`There is no passphrase in ${file}.`)
}

export type ConfigurationWithStore = Configuration & Required<Pick<Configuration, 'store'>>

/** @throws {ConfigurationError} when it has no store, or other mistakes */
export function loadWithStore(file: string, { environment }: CommandContext): ConfigurationWithStore {
  const configuration = loadConfiguration(file, { environment, adapters })
  const { store } = configuration
  if (!store) throw new ConfigurationError([{ path: ['store'], message: 'is missing: without one nothing is kept' }])
  return { ...configuration, store }
}

/** How many of what, in words that scripts may look for. */
export function countsInWords({ connections, marks, audit, removals, signingKeys }: Counts): string {
  return `connections: ${connections}, marks: ${marks}, audit: ${audit}, removals: ${removals}, signing keys: ${signingKeys}`
}

export function sumOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** Tells on standard error why nothing was exported or imported, and gives the exit code for it. */
export function tellFailure(error: unknown, configuration: string, logger: Logger): ExitCode {
  const told = inWords(error)
  if (told === undefined) return fail(error, configuration, logger)
  process.stderr.write(`${told}\n`)
  return EXIT.failed
}

function inWords(error: unknown): string | undefined {
  if (error instanceof MoveRefusal || error instanceof StoreRefusal) return `${error.code}: ${error.message}`
  if (error instanceof StoreError) {
    const [what, remedy] = storeTroubles[error.trouble]
    return `STORE_UNAVAILABLE: ${what} (${error.message}). ${remedy}`
  }
  if (error instanceof Error && 'syscall' in error)
    return inWords(new MoveRefusal('FILE_UNUSABLE', { why: error.message }))
  return undefined
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
