// One fetch at a time: all who ask the same wait for one, across replicas too. Only a current fetch can commit its result.
import { setImmediate as endOfTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Briefly } from '../store/briefly.ts'
import { type ConnectionKey, idOf } from '../store/connection-key.ts'
import type { Leases } from '../store/leases.ts'

/** How often a replica looks whether the one that is fetching has finished. */
const POLL_MS = 50
/** What a holder may need beyond its own time to put its result where the others look. */
const LEASE_RESERVE_MS = 500

/** What came of a fetch. */
export interface Landed<Result> {
  result: Result
  /** Puts it where the other replicas can see it; those who wait here need not wait for that. */
  share?: () => Promise<unknown>
}

export interface Fetch<Result> {
  key: ConnectionKey
  /** A fetch that is under way answers only those who ask for the same variant. */
  variant: string
  giveUpAfterMs: number
  /** What another replica has put there since, if that will do. */
  adopt(isCurrent: () => boolean): Promise<Result | undefined>
  /** Asks. What it learns must not be kept unless `isCurrent` still says so at that moment. */
  run(isCurrent: () => boolean): Promise<Landed<Result>>
  /** What to fail with when another replica asks for too long. */
  lateError(): Error
}

export interface Fetches<Result> {
  /** The result of the fetch that is under way, or of a new one. */
  join(fetch: Fetch<Result>): Promise<Result>
  /** What is under way for a connection, or with undefined for all, must not be kept, nor be joined. */
  overtake(key: ConnectionKey | undefined): void
  /** Resolves when nothing is under way: every result is where the other replicas look, and no lease is held. */
  settled(): Promise<void>
}

interface Flight<Result> {
  variant: string
  result: Promise<Result>
}

export function createFetches<Result>(leases: Leases, briefly: Briefly): Fetches<Result> {
  const flights = new Map<string, Flight<Result>>()
  /** What nobody may wait for, but the end of the service must. */
  const underWay = new Set<Promise<unknown>>()

  function follow(work: Promise<unknown>): void {
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }

  async function fly(fetch: Fetch<Result>, isCurrent: () => boolean, land: (result: Result) => void) {
    const { key, giveUpAfterMs, adopt, run, lateError } = fetch
    const giveUpAt = performance.now() + giveUpAfterMs
    for (;;) {
      // Without an answer from the database each replica asks by itself.
      const lease = await briefly(() => leases.take(key, giveUpAfterMs + LEASE_RESERVE_MS))
      if (lease !== 'busy') {
        try {
          // Another replica may have finished just before the lease was ours.
          const adopted = lease && (await adopt(isCurrent))
          if (adopted) return land(adopted)
          const { result, share } = await run(isCurrent)
          land(result)
          // SQLite would hold up the answers of those who wait: it writes within our own thread.
          await endOfTurn()
          return await share?.()
        } finally {
          // Those who wait need not wait for that too.
          if (lease) follow(briefly(() => lease.release()))
        }
      }
      if (performance.now() > giveUpAt) throw lateError()
      await sleep(POLL_MS)
      const adopted = await adopt(isCurrent)
      if (adopted) return land(adopted)
    }
  }

  function start(fetch: Fetch<Result>): Promise<Result> {
    const id = idOf(fetch.key)
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    const flight: Flight<Result> = { variant: fetch.variant, result: promise }
    const isCurrent = () => flights.get(id) === flight
    const land = (settle: () => void) => {
      settle()
      if (isCurrent()) flights.delete(id)
    }
    flights.set(id, flight)
    // Those who wait hear of a failure; when nobody does any more, that is no fault.
    promise.catch(() => {})
    const flying = fly(fetch, isCurrent, result => land(() => resolve(result)))
    follow(flying.catch(error => land(() => reject(error))))
    return promise
  }

  return {
    join(fetch) {
      const flight = flights.get(idOf(fetch.key))
      return flight?.variant === fetch.variant ? flight.result : start(fetch)
    },
    overtake(key) {
      if (key) flights.delete(idOf(key))
      else flights.clear()
    },
    async settled() {
      // What ends may leave its lease to be let go of.
      while (underWay.size > 0) await Promise.all(underWay)
    }
  }
}
