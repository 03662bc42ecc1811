// Every stored connection is checked again, as often as its provider's `recheck` says: spread evenly over that time, by one
// replica at a time, and never past an upstream's caches.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Source } from '../quota/source.ts'
import type { ConnectionKey } from '../store/connection-key.ts'
import type { Store } from '../store/index.ts'

/** A round: its checks are spread over so long. */
const ROUND_MS = 60_000
/** In one round, however many there are. */
const CHECKS_MAX = 600
/** A holder that lives lets go before; one that died keeps others away for so many rounds. */
const LEASE_ROUNDS = 3
/** No provider is called so. */
export const RECHECKS: ConnectionKey = { provider: '', instanceId: 'rechecks' }

export interface RechecksOptions {
  store: Pick<Store, 'rechecks' | 'leases'>
  /** In force at this moment. */
  providers: () => readonly { source: Source; recheckMs: number }[]
  /** Checks one, and notes what is found. */
  check: (source: Source, key: ConnectionKey) => Promise<void>
  /** Hears of a database that does not answer, and of faults of ours. */
  onError: (error: Error) => void
  /** Milliseconds since 1970. */
  now: () => number
  /** From 0 to 1: replicas that start together do not ask together. */
  random?: () => number
  roundMs?: number
}

export interface Rechecks {
  start(): void
  /** Ends the round that is under way. */
  close(): Promise<void>
}

export function createRechecks(options: RechecksOptions): Rechecks {
  const { store, providers, check, onError, now, random = Math.random, roundMs = ROUND_MS } = options
  const stopped = new AbortController()
  const { signal } = stopped
  let running: Promise<void> = Promise.resolve()

  const pause = (ms: number) => sleep(ms, undefined, { signal, ref: false }).catch(() => {})
  const tell = (error: unknown) => {
    if (error instanceof Error) onError(error)
  }

  async function run(): Promise<void> {
    await pause(random() * roundMs)
    while (!signal.aborted) {
      const began = performance.now()
      await round().catch(tell)
      // Whoever had nothing to do, or found another at it, waits as long as one that had.
      await pause(Math.max(0, roundMs - (performance.now() - began)))
    }
  }

  async function round(): Promise<void> {
    const lease = await store.leases.take(RECHECKS, LEASE_ROUNDS * roundMs)
    if (lease === 'busy') return
    try {
      const due = await dueNow()
      const begun: Promise<void>[] = []
      for (const { source, key } of due) {
        if (signal.aborted) break
        begun.push(check(source, key).catch(tell))
        await pause(roundMs / due.length)
      }
      await Promise.all(begun)
    } finally {
      await lease?.release()
    }
  }

  /** Of each provider as many as a round needs, so that all have had their turn within the time. */
  async function dueNow(): Promise<{ source: Source; key: ConnectionKey }[]> {
    const due: { source: Source; key: ConnectionKey }[] = []
    for (const { source, recheckMs } of providers()) {
      if (recheckMs === 0 || source.shared) continue
      const share = Math.ceil(((await store.rechecks.count(source.name)) * roundMs) / recheckMs)
      const keys = await store.rechecks.due(source.name, now() - recheckMs, Math.min(share, CHECKS_MAX))
      due.push(...keys.map(key => ({ source, key })))
    }
    return due
  }

  return {
    start() {
      running = run()
    },
    async close() {
      stopped.abort()
      await running
    }
  }
}
