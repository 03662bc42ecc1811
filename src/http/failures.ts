// How often an address failed lately: for keeping those busy who only try.
import { LRUCache } from 'lru-cache'
import { atMost } from '../recent.ts'

const ADDRESSES_MAX = 10_000

export interface Failures {
  /** Notes one; gives how many there were within the window that the first of them began. */
  add(address: string): number
  count(address: string): number
}

/** `windowMs` after an address's first failure its count begins anew. */
export function createFailures(windowMs: number): Failures {
  // The window is the first failure's: a later one does not make it longer.
  const counts = new LRUCache<string, number>({ ...atMost(ADDRESSES_MAX), ttl: windowMs, noUpdateTTL: true })
  const count = (address: string) => counts.get(address) ?? 0
  return {
    count,
    add(address) {
      const failures = count(address) + 1
      counts.set(address, failures)
      return failures
    }
  }
}
