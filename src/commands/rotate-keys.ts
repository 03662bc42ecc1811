// quota-bridge rotate-keys: re-encrypts every stored secret under the first key, while the service runs.
import type { Configuration } from '../config/load.ts'
import { loadConfiguration } from '../config/load.ts'
import { EXIT } from '../exit.ts'
import { ConfigurationError } from '../mistakes.ts'
import { adapters } from '../providers/index.ts'
import { storeErrorTeller } from '../service/store-errors.ts'
import { openStore } from '../store/index.ts'
import type { Resealed, Step } from '../store/rotation.ts'
import { CONFIG_OPTION, configurationFile, defineCommand } from './command.ts'
import { fail } from './fail.ts'
import { loggerFor } from './logger.ts'
import { progress } from './progress.ts'

const BATCH = 100

export const rotateKeys = defineCommand({
  name: 'rotate-keys',
  summary: 're-encrypts every stored connection under the first of store.encryptionKeys',
  details: 'It is safe while the service runs, and may be run again at any time.',
  options: { config: CONFIG_OPTION },
  async run({ values: { config } }, context) {
    const { environment } = context
    const file = configurationFile(config, context)
    let logger = loggerFor(environment)
    try {
      const { store, withhold } = loadConfiguration(file, { environment, adapters })
      logger = loggerFor(environment, withhold)
      if (!store)
        throw new ConfigurationError([
          { path: ['store'], message: 'is missing: without one there is nothing to re-encrypt' }
        ])
      const { resealed, unreadable } = await reseal(store, storeErrorTeller(logger))
      process.stdout.write(`re-encrypted: ${resealed}, unreadable: ${unreadable}\n`)
      if (unreadable === 0) return EXIT.ok
      process.stderr.write(
        'No key in store.encryptionKeys opens the unreadable ones; add the key they were saved with and run this again.\n'
      )
      return EXIT.failed
    } catch (error) {
      return fail(error, file, logger)
    }
  }
})

interface RotationSum {
  /** Connections, reports and signing keys now under the first key that were not before. */
  resealed: number
  /** Connections and signing keys that no configured key opens; such reports are dropped, since they can be fetched anew. */
  unreadable: number
}

/**
 * Goes through the store once; `onTrouble` hears of a database that is waited for.
 * @throws the database's error when it does not answer
 */
async function reseal(
  configured: NonNullable<Configuration['store']>,
  onTrouble: (error: Error) => void
): Promise<RotationSum> {
  const { rotation, close } = await openStore({ ...configured, onLost: onTrouble, now: Date.now })
  const shown = progress()
  try {
    const total = await rotation.countOldSeals()
    const sum = await rotation.resealSigningKeys()
    let done = 0
    const goThrough = async (resealSome: (step: Step) => Promise<Resealed | undefined>) => {
      let step = await resealSome({ limit: BATCH })
      while (step) {
        sum.resealed += step.resealed
        sum.unreadable += step.unreadable
        done += step.resealed + step.unreadable
        shown.tell(done, total)
        step = await resealSome({ after: step.last, limit: BATCH })
      }
    }
    await goThrough(rotation.reseal)
    await goThrough(rotation.resealReports)
    return sum
  } finally {
    shown.end()
    await close()
  }
}
