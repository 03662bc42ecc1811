// Bearer tokens of the management API, compared in constant time.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import { QuotaBridgeError } from '../errors.ts'
import { createFailures } from '../http/failures.ts'
import { createCountedWarnings } from '../observe/counted-warnings.ts'

const WINDOW_MS = 60_000
/** More wrong tokens than this from one address within the window are answered 429, and so is a right one then. */
const WRONG_MAX = 20

export interface NamedToken {
  /** What the audit calls whoever uses it. */
  name: string
  token: string
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of the token that opened the management API. */
    actor: string
  }
}

const warningOf = (address: string) => ({
  kind: address,
  fields: { address },
  message: 'the management API was called without a right token'
})

/** Makes the hook that lets a request pass only with one of the tokens of that moment, and notes which; it throws UNAUTHORIZED or RATE_LIMITED. */
export type RequireToken = (
  tokens: () => readonly NamedToken[],
  unauthorized?: { message: string; remedy: string }
) => (request: FastifyRequest) => Promise<void>

/** The token that a request brings; empty when it brings none. */
export function bearerOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  return /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
}

/** Wrong tokens are counted for all that it guards together. */
export function createTokenGuard(log: FastifyBaseLogger): RequireToken {
  const wrong = createFailures(WINDOW_MS)
  const warn = createCountedWarnings(log, warningOf('other addresses'))
  return (tokens, unauthorized) => async request => {
    if (wrong.count(request.ip) >= WRONG_MAX) {
      throw new QuotaBridgeError('RATE_LIMITED', {
        message: 'Too many wrong tokens came from this address.',
        remedy: 'Wait for the seconds that Retry-After names, then send a token of management.token.',
        retryAfterSeconds: WINDOW_MS / 1000
      })
    }
    const given = digest(bearerOf(request))
    // Digests have one length, so that the comparison tells nothing about a token's own; every token is compared, so that
    // the time does not tell which one was near.
    const [match] = tokens().filter(({ token }) => timingSafeEqual(digest(token), given))
    if (!match) {
      wrong.add(request.ip)
      warn(warningOf(request.ip))
      throw new QuotaBridgeError('UNAUTHORIZED', unauthorized)
    }
    request.actor = match.name
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
