// The log of a command, without secrets, and without what came from placeholders once the configuration is known.
import type { DestinationStream, Logger } from 'pino'
import { configuredSecrets } from '../config/secrets.ts'
import type { Withhold } from '../config/withheld.ts'
import { createLogger, logLevel } from '../logging.ts'
import { adapters } from '../providers/index.ts'

/** `withhold` is the configuration's, as soon as there is one; lines go to standard output one by one, or to `output`. */
export function loggerFor(environment: NodeJS.ProcessEnv, withhold?: Withhold, output?: DestinationStream): Logger {
  return createLogger(logLevel(environment), configuredSecrets(adapters), output, withhold)
}
