// The command line: what the operator types, and with which code it ends.
import { writeFileSync } from 'node:fs'
import { parseArgs, styleText } from 'node:util'
import closeWithGrace from 'close-with-grace'
import type { Logger } from 'pino'
import { startService, storeErrorTeller } from './app.ts'
import { durationMs } from './config/durations.ts'
import { loadConfiguration } from './config/load.ts'
import { configuredSecrets } from './config/secrets.ts'
import type { Withhold } from './config/withheld.ts'
import { createLogger, logLevel } from './logging.ts'
import { ConfigurationError, type Mistake } from './mistakes.ts'
import { adapters } from './providers/index.ts'
import { rotateKeys } from './rotate-keys.ts'
import { startFailure } from './start-failure.ts'

const USAGE = `Usage: quota-bridge [serve | rotate-keys] --config FILE [--force]

  serve          answers Wix's quota calls (the default)
  rotate-keys    re-encrypts every stored connection under the first of
                 store.encryptionKeys; safe while the service runs
  --config FILE  the configuration; QUOTA_BRIDGE_CONFIG when left out
  --force        serves also when a large part of the store is under keys that
                 store.encryptionKeys does not name
  --help         shows this

Environment: PORT and MANAGEMENT_PORT override the ports, LOG_LEVEL sets the log's level.
Exit codes: 0 done or stopped, 1 failed, or stopped at once by a second signal,
2 wrong command line or configuration.
`

const EXIT = { ok: 0, failed: 1, usage: 2 }

process.exitCode = await main(process.argv.slice(2), process.env)

async function main(argv: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  let options: ReturnType<typeof readArguments>
  try {
    options = readArguments(argv)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
    return EXIT.usage
  }
  if (options.help) {
    process.stdout.write(USAGE)
    return EXIT.ok
  }
  const file = options.config ?? environment.QUOTA_BRIDGE_CONFIG
  if (!file) {
    process.stderr.write(`No configuration is named; use --config FILE or QUOTA_BRIDGE_CONFIG.\n\n${USAGE}`)
    return EXIT.usage
  }
  return options.command === 'serve' ? serve(file, environment, options.force) : rotate(file, environment)
}

function readArguments(argv: string[]) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      force: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' }
    }
  })
  const [command = 'serve', ...rest] = positionals
  if (command !== 'serve' && command !== 'rotate-keys') throw new Error(`There is no command ${command}.`)
  if (values.force && command !== 'serve') throw new Error(`${command} takes no --force.`)
  if (rest.length > 0) throw new Error(`Too many words: ${rest.join(' ')}.`)
  return { ...values, command }
}

async function serve(file: string, environment: NodeJS.ProcessEnv, force: boolean): Promise<number> {
  let logger = loggerFor(environment)
  try {
    const configuration = loadConfiguration(file, { environment, adapters })
    logger = loggerFor(environment, configuration.withhold)
    const service = await startService({ configuration, logger, force })
    writeAddress(service.publicUrl, environment, logger)
    const { drain, grace } = configuration.server
    const delay = durationMs(drain) + durationMs(grace)
    const onTimeout = () =>
      logger.error({ graceMs: delay }, 'stopped before every call was answered; server.grace can be raised')
    closeWithGrace({ delay, logger, onTimeout }, async ({ signal, err }) => {
      if (err) logger.fatal({ err }, 'stopping after an error nobody caught')
      else logger.info({ signal }, 'stopping')
      await service.close()
    })
    return EXIT.ok
  } catch (error) {
    return fail(error, file, logger)
  }
}

/** For the container's health check, which knows no configuration. */
function writeAddress(url: string, { QUOTA_BRIDGE_ADDRESS_FILE: file }: NodeJS.ProcessEnv, logger: Logger): void {
  if (!file) return
  try {
    writeFileSync(file, url)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : ''
    logger.warn({ file, reason }, 'the address for the health check cannot be written; it asks PORT, or 8080')
  }
}

async function rotate(file: string, environment: NodeJS.ProcessEnv): Promise<number> {
  let logger = loggerFor(environment)
  try {
    const { store, withhold } = loadConfiguration(file, { environment, adapters })
    logger = loggerFor(environment, withhold)
    if (!store)
      throw new ConfigurationError([
        { path: ['store'], message: 'is missing: without one there is nothing to re-encrypt' }
      ])
    const onProgress = (done: number, total: number) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total}`)
    }
    const { resealed, unreadable } = await rotateKeys(store, onProgress, storeErrorTeller(logger))
    if (process.stderr.isTTY) process.stderr.write('\n')
    process.stdout.write(`re-encrypted: ${resealed}, unreadable: ${unreadable}\n`)
    if (unreadable > 0)
      process.stderr.write(
        'No key in store.encryptionKeys opens the unreadable ones; add the key they were saved with and run this again.\n'
      )
    return unreadable === 0 ? EXIT.ok : EXIT.failed
  } catch (error) {
    return fail(error, file, logger)
  }
}

function fail(error: unknown, file: string, logger: Logger): number {
  if (error instanceof ConfigurationError) {
    process.stderr.write(tellMistakes(file, error.mistakes))
    return EXIT.usage
  }
  logger.fatal(...startFailure(error))
  return EXIT.failed
}

function loggerFor(environment: NodeJS.ProcessEnv, withhold?: Withhold): Logger {
  return createLogger(logLevel(environment), configuredSecrets(adapters), undefined, withhold)
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
