// quota-bridge serve: the service, until a signal ends it.
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { type Service, startService } from '../app.ts'
import { type Files, rememberingFiles } from '../config/files.ts'
import { type Configuration, loadConfiguration } from '../config/load.ts'
import { createLogSecrets } from '../config/withheld.ts'
import { QuotaBridgeError } from '../errors.ts'
import { EXIT } from '../exit.ts'
import { LINES_DROPPED, openLogOutput } from '../observe/log-output.ts'
import { openTracing } from '../observe/tracing.ts'
import { adapters } from '../providers/index.ts'
import { EXTENSION, ROOT } from '../root.ts'
import { CONFIG_OPTION, configurationFile, defineCommand } from './command.ts'
import { endWell, holdSignals } from './ending.ts'
import { fail } from './fail.ts'
import { loggerFor } from './logger.ts'

export const serve = defineCommand({
  name: 'serve',
  summary: "answers Wix's quota calls",
  options: {
    config: CONFIG_OPTION,
    force: {
      type: 'boolean',
      default: false,
      description: 'serves also when a large part of the store is under keys that store.encryptionKeys does not name'
    }
  },
  examples: ['--config quota-bridge.yaml'],
  async run({ values: { config, force } }, context) {
    const { environment } = context
    const file = configurationFile(config, context)
    let logger = loggerFor(environment)
    try {
      const secrets = createLogSecrets()
      let files: Files = []
      const read = () => {
        const remembering = rememberingFiles()
        const configuration = loadConfiguration(file, { environment, adapters, readFile: remembering.readFile })
        files = remembering.files()
        secrets.learn(configuration)
        return configuration
      }
      const configuration = read()
      const output = openLogOutput(lines => logger.warn({ lines }, LINES_DROPPED))
      logger = loggerFor(environment, secrets.withhold, output.stream)
      const tracing = await openTracing(environment, logger)
      const onStop = (signal: string | undefined) => logger.info({ signal }, 'stopping')
      const signals = holdSignals([RELOAD_SIGNAL], onStop)
      const size = workersOf(configuration.server)
      const workers = size > 1 ? { size, program: WORKER, file, files: () => files } : undefined
      const service = await startService({ configuration, readAgain: read, logger, tracing, force, workers })
      output.flush()
      writeAddress(service.publicUrl, environment, logger)
      reloadOnSignal(service, logger)
      endWell({
        ...{ service, server: configuration.server, logger, skip: [RELOAD_SIGNAL] },
        onStop,
        onTimeout: graceMs =>
          logger.error({ graceMs }, 'stopped before every call was answered; server.grace can be raised'),
        failure: 'stopping after an error nobody caught'
      })
      signals.release()
      return EXIT.ok
    } catch (error) {
      return fail(error, file, logger)
    }
  }
})

const WORKER = fileURLToPath(new URL(`worker${EXTENSION}`, ROOT))

/** As many as are wanted; `auto` counts the processors that this process may use, by the limits of its container too. */
function workersOf({ workers }: Configuration['server']): number {
  return workers === 'auto' ? availableParallelism() : workers
}

const RELOAD_SIGNAL = 'SIGHUP'
/** As services do: https://man7.org/linux/man-pages/man7/daemon.7.html */
function reloadOnSignal({ reload }: Pick<Service, 'reload'>, logger: Logger): void {
  process.on(RELOAD_SIGNAL, () => {
    reload(RELOAD_SIGNAL).catch(err => {
      // What the operator can do something about was told already.
      if (!(err instanceof QuotaBridgeError)) logger.error({ err }, 'internal error')
    })
  })
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
