// What a worker runs: the public listener, for the first process of its service, which started it.
import { startService } from './app.ts'
import { endWell } from './commands/ending.ts'
import { loggerFor } from './commands/logger.ts'
import { readFrom } from './config/files.ts'
import { loadConfiguration } from './config/load.ts'
import { createLogSecrets } from './config/withheld.ts'
import { EXIT } from './exit.ts'
import { LINES_DROPPED, openSharedLogOutput } from './observe/log-output.ts'
import { openTracing } from './observe/tracing.ts'
import { adapters } from './providers/index.ts'
import { startFailure } from './start-failure.ts'
import type { TemporaryStore } from './store/temporary.ts'
import { joinFirstProcess } from './workers/first-process.ts'

/** The first process says what becomes of them; a terminal and some supervisors send them to every process. */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const

const opened = ({ url, encryptionKey }: { url: string; encryptionKey: string }): TemporaryStore => ({
  url,
  encryptionKeys: [Buffer.from(encryptionKey, 'base64')]
})

for (const signal of SIGNALS) process.on(signal, () => {})
const first = joinFirstProcess(process)
const { file, level, port, temporary } = await first.beginning
const environment = { ...process.env, ...(port !== undefined && { PORT: String(port) }) }
try {
  const secrets = createLogSecrets()
  const read = () => {
    const configuration = loadConfiguration(file, { environment, adapters, readFile: readFrom(first.files()) })
    secrets.learn(configuration)
    return configuration
  }
  const configuration = read()
  const output = openSharedLogOutput(lines => logger.warn({ lines }, LINES_DROPPED))
  const logger = loggerFor({ ...environment, LOG_LEVEL: level }, secrets.withhold, output.stream)
  const tracing = await openTracing(environment, logger)
  const service = await startService({
    ...{ configuration, readAgain: read, logger, tracing },
    worker: { first, temporary: temporary && opened(temporary) }
  })
  const { end } = endWell({
    ...{ service, server: configuration.server, logger, skip: [...SIGNALS] },
    // Of both the first process tells.
    onStop: () => {},
    onTimeout: () => {},
    failure: 'a worker stops after an error nobody caught'
  })
  first.listening(service.publicUrl)
  await first.stop
  end()
} catch (error) {
  await first.failed(...startFailure(error))
  process.exit(EXIT.failed)
}
