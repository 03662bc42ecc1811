// The running service's one current set, and what the listeners are given of it: whoever asks gets what is in force at that moment.
import type { Logger } from 'pino'
import { differenceOf } from '../config/difference.ts'
import type { Configuration } from '../config/load.ts'
import { QuotaBridgeError } from '../errors.ts'
import { ConfigurationError } from '../mistakes.ts'
import { type Current, type CurrentOptions, createCurrent } from './current.ts'
import type { Sources } from './sources.ts'

export interface LiveOptions extends CurrentOptions {
  configuration: Configuration
  /**
   * Reads the configuration again.
   * @throws {ConfigurationError} when it has mistakes
   */
  read: () => Configuration
  sources: Sources
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  isStopping: () => boolean
  /** Hears of each set that comes into force, the first left out. */
  onSwap: (current: Current) => void
  /** Brings what has come into force to the other processes that answer calls, where there are any. */
  spread?: (() => Promise<void>) | undefined
  /** Whether it is this process that finds out whether connections in the configuration work. */
  isChecking: boolean
}

export interface Live {
  current(): Current
  /**
   * Reads the configuration again and puts it in the place of what is in force, in the name of a person or a signal; gives the
   * keys of what changed.
   * @throws {QuotaBridgeError} CONFIGURATION_INVALID or RESTART_NEEDED; all is as it was then
   */
  reload(by: string): Promise<readonly string[]>
  /** Puts what was read elsewhere in the place of what is in force; whoever read it tells of it. */
  adopt(): void
  /** Begins to find out whether connections in the configuration work, where this process does so. */
  start(): void
  /** Gives up what nobody waits for. */
  close(): Promise<void>
}

export function createLive(live: LiveOptions): Live {
  const { configuration, read, sources, log, isStopping, onSwap, spread, isChecking, ...options } = live
  const first = sources.prepare(configuration.providers)
  first.adopt()
  let current = createCurrent(configuration, first, options)
  if (isChecking) warnOfUnsigned(configuration)
  /** Checks that a set before this one had under way. */
  const ending = new Set<Promise<void>>()

  function warnOfUnsigned({ wix }: Configuration): void {
    if (!wix.allowUnsigned) return
    log.warn('wix.allowUnsigned is on: anybody may ask anything without a signature; never use it in production')
  }

  /** Nothing in here waits: two that reload at once come one after the other. */
  function swap(wanted: Configuration): readonly string[] {
    const before = current
    const { live, restart } = differenceOf(before.configuration, wanted)
    if (restart.length > 0) throw restartNeeded(restart)
    if (live.length === 0) return live
    const prepared = sources.prepare(wanted.providers)
    current = createCurrent(wanted, prepared, options, before)
    prepared.adopt()
    onSwap(current)
    const ended = before.shared.close()
    ending.add(ended)
    void ended.then(() => ending.delete(ended))
    start()
    if (isChecking && live.includes('wix')) warnOfUnsigned(wanted)
    return live
  }

  function start(): void {
    if (isChecking) current.shared.start()
  }

  return {
    current: () => current,
    start,
    adopt: () => void swap(read()),
    async reload(by) {
      if (isStopping()) throw stopping()
      try {
        const changed = swap(read())
        await spread?.()
        log.info({ by, changed }, 'the configuration was read again and is in force')
        return changed
      } catch (error) {
        const refusal = error instanceof ConfigurationError ? invalid(error) : error
        if (refusal instanceof QuotaBridgeError) {
          const { code, message, data, remedy } = refusal
          const mistakes = error instanceof ConfigurationError ? error.mistakes : undefined
          log.error({ by, code, ...data, ...(mistakes && { mistakes }), remedy }, message)
        }
        throw refusal
      }
    },
    async close() {
      await Promise.all([current.shared.close(), ...ending])
    }
  }
}

const stopping = () =>
  new QuotaBridgeError('RESTART_NEEDED', {
    message: 'The service is stopping; its configuration is read when it starts again.',
    remedy: 'Wait until it has started again.'
  })

function restartNeeded(keys: readonly string[]): QuotaBridgeError {
  return new QuotaBridgeError('RESTART_NEEDED', { data: { keys: keys.join(', ') } })
}

/** With all mistakes, each with its place, as the command line tells them. */
function invalid({ mistakes }: ConfigurationError): QuotaBridgeError {
  const told = mistakes.map(({ path, line, message }) => {
    const place = path.join('.')
    return `${place}${place !== '' && line !== undefined ? ` (line ${line})` : ''} ${message}`.trim()
  })
  const message = `The configuration has mistakes; the one that was read before goes on. ${told.join('; ')}`
  return new QuotaBridgeError('CONFIGURATION_INVALID', { message, data: { mistakes: mistakes.length } })
}
