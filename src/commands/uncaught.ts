// Errors that nobody caught, told apart: what a module of the configuration did, and what ends the process.
import type { Logger } from 'pino'
import { tellFault } from '../providers/module/contained.ts'
import { moduleAtWork } from '../providers/module/context.ts'

export const UNCAUGHT = ['uncaughtException', 'unhandledRejection'] as const

/** What a module of a configuration began, and nobody waits for, is no reason to stop for all others. */
export function onUncaught(logger: Logger, stop: (error: unknown) => void): void {
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
