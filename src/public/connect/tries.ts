// How often somebody may have a connection checked: each check is a call to somebody else's server.
import { QuotaBridgeError } from '../../errors.ts'
import { createFailures } from '../../http/failures.ts'
import { type ConnectionKey, idOf } from '../../store/connection-key.ts'

const WINDOW_MS = 600_000
/** Whoever mistypes a key needs some; whoever guesses keys needs very many. */
const OF_SITE_MAX = 10
/** One person may look after several sites. */
const OF_ADDRESS_MAX = 30
/** Of all together: a check takes some seconds at most. */
const AT_ONCE_MAX = 20
const RETRY_SECONDS = 5

export interface Tries {
  /**
   * Does what is to be counted.
   * @throws {QuotaBridgeError} RATE_LIMITED, of a site or an address that has had its share
   */
  count<Result>(key: ConnectionKey, address: string | undefined, work: () => Promise<Result>): Promise<Result>
}

export function createTries(): Tries {
  const ofSites = createFailures(WINDOW_MS)
  const ofAddresses = createFailures(WINDOW_MS)
  let underWay = 0
  return {
    async count(key, address, work) {
      if (ofSites.add(idOf(key)) > OF_SITE_MAX) throw tooMany(WINDOW_MS / 1000)
      if (address !== undefined && ofAddresses.add(address) > OF_ADDRESS_MAX) throw tooMany(WINDOW_MS / 1000)
      if (underWay >= AT_ONCE_MAX) throw tooMany(RETRY_SECONDS)
      underWay++
      try {
        return await work()
      } finally {
        underWay--
      }
    }
  }
}

function tooMany(retryAfterSeconds: number): QuotaBridgeError {
  return new QuotaBridgeError('RATE_LIMITED', {
    message: 'Too many connections were tried.',
    remedy: 'Try again after the seconds that Retry-After names.',
    retryAfterSeconds
  })
}
