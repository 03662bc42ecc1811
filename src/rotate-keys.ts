// quota-bridge rotate-keys: re-encrypts every stored secret under the first key, while the service runs.
import type { Configuration } from './config/load.ts'
import type { ConnectionKey } from './store/connection-key.ts'
import { openStore } from './store/index.ts'

const BATCH = 100

export interface RotationSum {
  /** Connections and signing keys now under the first key that were not before. */
  resealed: number
  /** Those that no configured key opens. */
  unreadable: number
}

/**
 * Goes through the store once; `onProgress` hears of each step.
 * @throws the database's error when it does not answer
 */
export async function rotateKeys(
  store: NonNullable<Configuration['store']>,
  onProgress: (done: number, total: number) => void
): Promise<RotationSum> {
  const { rotation, close } = await openStore({ ...store, onLost: () => {}, now: Date.now })
  try {
    const total = await rotation.countOldSeals()
    const sum = await rotation.resealSigningKeys()
    let done = 0
    let after: ConnectionKey | undefined
    for (;;) {
      const step = await rotation.reseal({ ...(after && { after }), limit: BATCH })
      if (!step) return sum
      after = step.last
      sum.resealed += step.resealed
      sum.unreadable += step.unreadable
      done += step.resealed + step.unreadable
      onProgress(done, total)
    }
  } finally {
    await close()
  }
}
