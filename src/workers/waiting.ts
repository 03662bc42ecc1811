// Questions that another process was asked, and has not answered yet.
import { within } from '../within.ts'

/** What came of a question: an answer, or that there was none in time, or that it could not be done. */
export type Outcome = { isDone: true; value: unknown } | { isDone: false }

export interface Waiting {
  /** Asks, and waits so many milliseconds at most. */
  ask(send: (id: number) => void, limitMs: number): Promise<Outcome>
  answer(id: number, outcome: Outcome): void
  /** Nobody is there any more to answer. */
  giveUp(): void
}

const NONE: Outcome = { isDone: false }

export function createWaiting(): Waiting {
  const open = new Map<number, (outcome: Outcome) => void>()
  let asked = 0
  return {
    async ask(send, limitMs) {
      const id = asked++
      const { promise, resolve } = Promise.withResolvers<Outcome>()
      open.set(id, resolve)
      send(id)
      const outcome = await within(limitMs, promise, () => NONE)
      open.delete(id)
      return outcome
    },
    answer: (id, outcome) => open.get(id)?.(outcome),
    giveUp() {
      for (const resolve of open.values()) resolve(NONE)
    }
  }
}
