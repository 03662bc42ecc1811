// Asking the store for what a call can do without: not for long, and not again at once when it did not answer.
import { StoreError } from './store-error.ts'

/** How long a call waits for the store. */
const WAIT_MS = 250
/** For how long a store that did not answer in that time, or is gone, is not asked. */
const AWAY_MS = 5000

/** What the work gives; undefined when the store fails, does not answer in time, or is not asked for now. */
export type Briefly = <Result>(work: () => Promise<Result>) => Promise<Result | undefined>

/** `onFailure` hears of each failure, and of each time when no answer came. */
export function createBriefly(onFailure: (error: Error) => void): Briefly {
  let awayUntil = 0

  return async work => {
    if (performance.now() < awayUntil) return undefined
    const { promise: late, resolve: giveUp } = Promise.withResolvers<undefined>()
    let isOver = false
    const timer = setTimeout(() => {
      // When this process itself was busy, the answer may lie in a socket that nobody has read yet.
      setImmediate(() => {
        if (isOver) return
        isOver = true
        awayUntil = performance.now() + AWAY_MS
        onFailure(new StoreError('unavailable', `no answer within ${WAIT_MS} ms`))
        giveUp(undefined)
      })
    }, WAIT_MS)
    const answer = work().catch(error => {
      if (isOver) return undefined
      if (error instanceof StoreError && error.trouble === 'unavailable') awayUntil = performance.now() + AWAY_MS
      if (error instanceof Error) onFailure(error)
      return undefined
    })
    const settled = answer.finally(() => {
      isOver = true
      clearTimeout(timer)
    })
    return Promise.race([settled, late])
  }
}
