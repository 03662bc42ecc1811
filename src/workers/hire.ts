// A service's crew, with what it shares where nothing is to be kept.
import type { Logger } from 'pino'
import { logLevel } from '../logging.ts'
import { storeInTemporaryFile, type TemporaryStore } from '../store/temporary.ts'
import { type Crew, type CrewOptions, createCrew } from './crew.ts'

/** What the processes are that answer calls in the place of the first one. */
export type Workers = Pick<CrewOptions, 'size' | 'program' | 'file' | 'files'>

/** Makes it, its workers not yet started; what is shared goes with `opened`. */
export function hireCrew(
  workers: Workers,
  { isStoreKept, logger }: { isStoreKept: boolean; logger: Logger },
  opened: AsyncDisposableStack
): Crew & { temporary: TemporaryStore | undefined } {
  const temporary = isStoreKept ? undefined : storeInTemporaryFile()
  opened.defer(() => temporary?.remove())
  const level = logLevel({ LOG_LEVEL: logger.level })
  return { ...createCrew({ ...workers, level, temporary, log: logger }), temporary }
}
