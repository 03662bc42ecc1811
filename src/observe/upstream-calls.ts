// Which calls to upstreams were made for one piece of work.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { UpstreamCall } from './calls.ts'
import type { ServiceEvent } from './events.ts'

export interface UpstreamCalls {
  /** To be told of every event. */
  listener: (event: ServiceEvent) => void
  /** Does the work; each call that it makes is put into `calls` when it is over. */
  during<Result>(calls: UpstreamCall[], work: () => Promise<Result>): Promise<Result>
}

export function createUpstreamCalls(): UpstreamCalls {
  const storage = new AsyncLocalStorage<UpstreamCall[]>()
  return {
    listener(event) {
      if (event.kind === 'upstream-called') storage.getStore()?.push(event)
    },
    during: (calls, work) => storage.run(calls, work)
  }
}
