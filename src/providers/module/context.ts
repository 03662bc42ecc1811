// Whose code is at work: what a module begins, and nobody waits for, is told from what the service itself does.
import { AsyncLocalStorage } from 'node:async_hooks'

const atWork = new AsyncLocalStorage<string>()

/** Runs code of the module of a provider. */
export function inModule<Result>(provider: string, work: () => Result): Result {
  return atWork.run(provider, work)
}

/** The provider whose module is at work at this moment, or began what is; undefined when none did. */
export function moduleAtWork(): string | undefined {
  return atWork.getStore()
}
