// The log of a command, without secrets, and without what came from placeholders once the configuration is known.
import type { Logger } from 'pino'
import { configuredSecrets } from '../config/secrets.ts'
import type { Withhold } from '../config/withheld.ts'
import { createLogger, logLevel } from '../logging.ts'
import { adapters } from '../providers/index.ts'

/** `withhold` is the configuration's, as soon as there is one. */
export function loggerFor(environment: NodeJS.ProcessEnv, withhold?: Withhold): Logger {
  return createLogger(logLevel(environment), configuredSecrets(adapters), undefined, withhold)
}
