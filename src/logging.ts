// The service's log: JSON lines on standard output.
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'
import type { Mistake } from './mistakes.ts'

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type Level = (typeof LEVELS)[number]
const isLevel = (text: string): text is Level => LEVELS.some(level => level === text)

/** The level that the environment variable LOG_LEVEL names, or info; an empty one names none. */
export function logLevel({ LOG_LEVEL = '' }: NodeJS.ProcessEnv): Level {
  return isLevel(LOG_LEVEL) ? LOG_LEVEL : 'info'
}

/** That the environment names a level that there is not, if it does. */
export function logLevelMistakes({ LOG_LEVEL = '' }: NodeJS.ProcessEnv): Mistake[] {
  if (LOG_LEVEL === '' || isLevel(LOG_LEVEL)) return []
  const message = `(in the environment) is ${JSON.stringify(LOG_LEVEL.slice(0, 60))}, but must be one of ${LEVELS.join(', ')}`
  return [{ path: ['LOG_LEVEL'], message }]
}

/** No object of ours that could be logged is deeper. */
const REDACTED_DEPTH = 4

/** Where in a log line's fields a property of one of these names may stand, as pino writes paths. */
export function redactedPaths(names: readonly string[]): string[] {
  return ['authorization', ...names].flatMap(name =>
    Array.from({ length: REDACTED_DEPTH }, (_, depth) => `${'*.'.repeat(depth)}${name}`)
  )
}

/**
 * A logger that writes JSON lines and hides the properties of the given names.
 * Nothing logs a secret on purpose; this is for the day on which somebody logs a whole object, and `withhold`, which takes
 * secrets out of a whole line, for what libraries put into their errors.
 */
export function createLogger(
  level: string,
  secrets: readonly string[],
  destination?: DestinationStream,
  withhold?: (line: string) => string
): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: createTimestamp(),
    formatters: { level: label => ({ level: label }) },
    redact: { paths: redactedPaths(secrets), censor: '[secret]' },
    ...(withhold && { hooks: { streamWrite: withhold } })
  }
  return destination ? pino(options, destination) : pino(options)
}

/** The time of a line as pino writes it, made once for all lines of a millisecond: a busy service writes several. */
function createTimestamp(): () => string {
  let [at, text] = [Number.NaN, '']
  return () => {
    const now = Date.now()
    if (now !== at) [at, text] = [now, `,"time":"${new Date(now).toISOString()}"`]
    return text
  }
}

/** The same logger, for lines in no field of which a secret can be: looking for one costs more than the line (bench/README.md). */
export function forKnownFields(logger: Logger): Logger {
  return logger.child({}, { redact: [] })
}

/** The same logger, whose every line also holds what `idsOf` gives at that moment. */
export function withIds(logger: Logger, idsOf: () => object | undefined): Logger {
  return logger.child({}, { formatters: { log: fields => ({ ...fields, ...idsOf() }) } })
}

/** The level of a running service's log. */
export interface LogLevel {
  level(): Level
  /** For all of them, from the next line on. */
  set(level: Level): void
}

/** A child of pino's keeps the level that it was born with, so that `loggers` gives each one that lasts. `onSet` hears of each new level. */
export function createLogLevel(
  loggers: () => readonly Pick<Logger, 'level'>[],
  onSet: (level: Level) => void = () => {}
): LogLevel {
  return {
    level: () => logLevel({ LOG_LEVEL: loggers()[0]?.level }),
    set(level) {
      for (const logger of loggers()) logger.level = level
      onSet(level)
    }
  }
}
