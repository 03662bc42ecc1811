// The service's log: JSON lines on standard output.
import { type Logger, pino } from 'pino'

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** The level that the environment variable LOG_LEVEL names, or info. */
export function logLevel({ LOG_LEVEL = 'info' }: NodeJS.ProcessEnv): string {
  return LEVELS.includes(LOG_LEVEL) ? LOG_LEVEL : 'info'
}

export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) }
  })
}
