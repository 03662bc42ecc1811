// How a process of a service ends: by a signal, also while it starts, or when it is told, and after an error that nobody caught.
// What a module of the configuration did is told apart: it ends nothing.
import closeWithGrace, { type Signals } from 'close-with-grace'
import type { Logger } from 'pino'
import { durationMs } from '../config/durations.ts'
import type { Configuration } from '../config/load.ts'
import { EXIT } from '../exit.ts'
import { tellFault } from '../providers/module/contained.ts'
import { moduleAtWork } from '../providers/module/context.ts'

const UNCAUGHT = ['uncaughtException', 'unhandledRejection'] as const

/** What a module of a configuration began, and nobody waits for, is no reason to stop for all others. */
function onUncaught(logger: Logger, stop: (error: unknown) => void): void {
  const tell = (error: unknown) => {
    const provider = moduleAtWork()
    if (provider === undefined) return stop(error)
    logger.error(
      { provider, finding: 'adapter-failed', ...tellFault(error) },
      'the adapter of a module failed where nobody waits for it; the service goes on'
    )
  }
  for (const event of UNCAUGHT) process.on(event, tell)
}

const STOPS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT']
/** A start that is told to stop may take so long to its end; one that waits for a database is left then. */
const START_MS = 1000

/**
 * Keeps signals back while a service starts, which would end a process that does not heed them yet; `release` lets them come. One
 * to stop that waits too long, and a second one, ends the process.
 */
export function holdSignals(others: readonly NodeJS.Signals[], onStop: (signal: string) => void): { release(): void } {
  const signals = [...STOPS, ...others]
  const held = new Set<NodeJS.Signals>()
  let leaving: NodeJS.Timeout | undefined
  const hold = (signal: NodeJS.Signals) => {
    const isStop = STOPS.includes(signal)
    if (isStop && leaving) process.exit(EXIT.failed)
    held.add(signal)
    if (!isStop) return
    leaving = setTimeout(() => {
      onStop(signal)
      process.exit(EXIT.ok)
    }, START_MS).unref()
  }
  for (const signal of signals) process.on(signal, hold)
  return {
    release() {
      clearTimeout(leaving)
      for (const signal of signals) process.off(signal, hold)
      for (const signal of held) process.kill(process.pid, signal)
    }
  }
}

export interface Ending {
  service: { close(): Promise<void> }
  /** How long calls may take to be answered. */
  server: Pick<Configuration['server'], 'drain' | 'grace'>
  logger: Logger
  /** Signals that end nothing. */
  skip: Signals[]
  /** Hears of the signal that ends it; of none when it was told to end. */
  onStop: (signal: string | undefined) => void
  /** Hears that its time was up, in milliseconds. */
  onTimeout: (graceMs: number) => void
  /** Why it stops, after an error that nobody caught. */
  failure: string
}

/** Lets a process end as it should from now on: calls are answered first, and the exit code says whether it failed. */
export function endWell({ service, server, logger, skip, onStop, onTimeout, failure }: Ending): { end(): void } {
  const delay = durationMs(server.drain) + durationMs(server.grace)
  let hasFailed = false
  const options = { delay, logger, onTimeout: () => onTimeout(delay), skip: [...skip, ...UNCAUGHT] }
  const ending = closeWithGrace(options, async ({ signal }) => {
    if (!hasFailed) onStop(signal)
    await service.close()
    if (hasFailed) process.exit(EXIT.failed)
  })
  onUncaught(logger, err => {
    // It does not end as it should: it ends.
    if (hasFailed) process.exit(EXIT.failed)
    hasFailed = true
    logger.fatal({ err }, failure)
    ending.close()
  })
  return { end: () => void ending.close() }
}
