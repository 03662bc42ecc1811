// What floods of forged calls may cost: not the places of verified calls, and little of this process's time.
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { QuotaBridgeError } from '../errors.ts'
import { createFailures } from '../http/failures.ts'
import { atMost } from '../recent.ts'

const WINDOW_MS = 10_000
/** More refused calls than this from one address within the window are a flood, */
const REFUSED_MAX = 50
/** and a burden when they come over more sockets than this; over fewer each waits for the answer before the next. */
const SOCKETS_MAX = 20
/** A flood is answered slowly: whoever waits for an answer before sending the next call then sends few. */
const DELAY_MS = 1000
/** For how long an address is trusted with further calls after a verified one. */
const VERIFIED_MS = 600_000
const ADDRESSES_MAX = 10_000

/** Of whom a call comes. */
export interface Caller {
  /** As far as it can be told, through proxies that are believed. */
  ip: string
  raw: { socket: Socket }
}

export interface Forgeries {
  /**
   * Verifies a call.
   * @throws what `verify` throws, later in a flood; RATE_LIMITED without verifying, where addresses can be believed,
   * when many from this one were refused and none was verified of late
   */
  guard<Call>(caller: Caller, verify: () => Promise<Call>): Promise<Call>
}

/** Behind a proxy that is not told in `server.trustProxy` all calls have one address: then nobody is refused for it. */
export function createForgeries({ canBelieveAddresses }: { canBelieveAddresses: boolean }): Forgeries {
  const refused = createFailures(WINDOW_MS)
  const verified = new LRUCache<string, true>({ ...atMost(ADDRESSES_MAX), ttl: VERIFIED_MS })
  const socketsOf = countSockets()
  return {
    async guard({ ip, raw }, verify) {
      const sockets = socketsOf(raw.socket)
      if (canBelieveAddresses && refused.count(ip) > REFUSED_MAX && !verified.has(ip)) {
        await sleep(DELAY_MS)
        throw new QuotaBridgeError('RATE_LIMITED', {
          message: 'Too many calls from this address were refused.',
          remedy: 'Send calls that Wix has signed; try again after the seconds that Retry-After names.',
          retryAfterSeconds: WINDOW_MS / 1000
        })
      }
      try {
        const call = await verify()
        verified.set(ip, true)
        return call
      } catch (error) {
        if (refused.add(ip) > REFUSED_MAX && sockets > SOCKETS_MAX) await sleep(DELAY_MS)
        throw error
      }
    }
  }
}

/** How many open sockets with the same other end there are, of those that were asked about. */
function countSockets(): (socket: Socket) => number {
  const counts = new Map<string, number>()
  const known = new WeakSet<Socket>()
  return socket => {
    const { remoteAddress = '' } = socket
    if (!known.has(socket)) {
      known.add(socket)
      counts.set(remoteAddress, (counts.get(remoteAddress) ?? 0) + 1)
      socket.once('close', () => {
        const left = (counts.get(remoteAddress) ?? 1) - 1
        if (left > 0) counts.set(remoteAddress, left)
        else counts.delete(remoteAddress)
      })
    }
    return counts.get(remoteAddress) ?? 0
  }
}
