// A clock that a test moves.
import { TODAY } from './bridge.ts'

export interface Clock {
  now: () => number
  /** Milliseconds; negative sets it back. */
  move(ms: number): void
}

export function movableClock(): Clock {
  let at = TODAY.getTime()
  return {
    now: () => at,
    move(ms) {
      at += ms
    }
  }
}
