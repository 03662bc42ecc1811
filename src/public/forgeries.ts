// What floods of forged calls may cost: not the places of verified calls, and little of this process's time.
import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { QuotaBridgeError } from '../errors.ts'
import { createFailures } from '../http/failures.ts'

const WINDOW_MS = 10_000
/** More refused calls than this from one address within the window are a flood. */
const REFUSED_MAX = 50
/** A flood is answered slowly: whoever waits for an answer before sending the next call sends few. */
const DELAY_MS = 1000
/** For how long an address is trusted with further calls after a verified one. */
const VERIFIED_MS = 600_000
const ADDRESSES_MAX = 10_000

export interface Forgeries {
  /**
   * Verifies a call from an address.
   * @throws what `verify` throws, later when there were many; RATE_LIMITED without verifying, where addresses can be
   * believed, when many from this one were refused and none was verified of late
   */
  guard<Call>(address: string, verify: () => Promise<Call>): Promise<Call>
}

/** Behind a proxy that is not told in `server.trustProxy` all calls have one address: then nobody is refused for it. */
export function createForgeries({ canBelieveAddresses }: { canBelieveAddresses: boolean }): Forgeries {
  const refused = createFailures(WINDOW_MS)
  const verified = new LRUCache<string, true>({ max: ADDRESSES_MAX, ttl: VERIFIED_MS })
  return {
    async guard(address, verify) {
      if (canBelieveAddresses && refused.count(address) > REFUSED_MAX && !verified.has(address)) {
        await sleep(DELAY_MS)
        throw new QuotaBridgeError('RATE_LIMITED', {
          message: 'Too many calls from this address were refused.',
          remedy: 'Send calls that Wix has signed; try again after the seconds that Retry-After names.',
          retryAfterSeconds: WINDOW_MS / 1000
        })
      }
      try {
        const call = await verify()
        verified.set(address, true)
        return call
      } catch (error) {
        if (refused.add(address) > REFUSED_MAX) await sleep(DELAY_MS)
        throw error
      }
    }
  }
}
