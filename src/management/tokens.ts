// Bearer tokens of the management API, compared in constant time.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { QuotaBridgeError } from '../errors.ts'

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

/** A hook that lets a request pass only with one of the tokens, and notes which; it throws UNAUTHORIZED. */
export function requireToken(tokens: readonly NamedToken[]) {
  // Digests have one length, so that the comparison tells nothing about a token's own.
  const known = tokens.map(({ name, token }) => ({ name, digest: digest(token) }))
  return async (request: FastifyRequest) => {
    const given = digest(/^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '')
    // Every token is compared, so that the time does not tell which one was near.
    const [match] = known.filter(token => timingSafeEqual(token.digest, given))
    if (!match) throw new QuotaBridgeError('UNAUTHORIZED')
    request.actor = match.name
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
