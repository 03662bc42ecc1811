// quota-bridge serve: the service, until a signal ends it.
import { writeFileSync } from 'node:fs'
import closeWithGrace from 'close-with-grace'
import type { Logger } from 'pino'
import { startService } from '../app.ts'
import { durationMs } from '../config/durations.ts'
import { loadConfiguration } from '../config/load.ts'
import { EXIT } from '../exit.ts'
import { openTracing } from '../observe/tracing.ts'
import { adapters } from '../providers/index.ts'
import { CONFIG_OPTION, configurationFile, defineCommand } from './command.ts'
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
      const configuration = loadConfiguration(file, { environment, adapters })
      logger = loggerFor(environment, configuration.withhold)
      const tracing = await openTracing(environment, logger)
      const service = await startService({ configuration, logger, tracing, force })
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
})

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
