// quota-bridge rotate-keys: re-encrypts every stored secret under the first key, while the service runs.
import type { Configuration } from './config/load.ts'
import { openStore } from './store/index.ts'
import type { Resealed, Step } from './store/rotation.ts'

const BATCH = 100

export interface RotationSum {
  /** Connections, reports and signing keys now under the first key that were not before. */
  resealed: number
  /** Connections and signing keys that no configured key opens; such reports are dropped, since they can be fetched anew. */
  unreadable: number
}

/**
 * Goes through the store once; `onProgress` hears of each step, `onTrouble` of a database that is waited for.
 * @throws the database's error when it does not answer
 */
export async function rotateKeys(
  store: NonNullable<Configuration['store']>,
  onProgress: (done: number, total: number) => void,
  onTrouble: (error: Error) => void
): Promise<RotationSum> {
  const { rotation, close } = await openStore({ ...store, onLost: onTrouble, now: Date.now })
  try {
    const total = await rotation.countOldSeals()
    const sum = await rotation.resealSigningKeys()
    let done = 0
    const goThrough = async (reseal: (step: Step) => Promise<Resealed | undefined>) => {
      for (let step = await reseal({ limit: BATCH }); step; step = await reseal({ after: step.last, limit: BATCH })) {
        sum.resealed += step.resealed
        sum.unreadable += step.unreadable
        done += step.resealed + step.unreadable
        onProgress(done, total)
      }
    }
    await goThrough(rotation.reseal)
    await goThrough(rotation.resealReports)
    return sum
  } finally {
    await close()
  }
}
