// Bearer tokens of the management API, compared in constant time.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { QuotaBridgeError } from '../errors.ts'

/** A hook that lets a request pass only with one of the tokens; it throws UNAUTHORIZED. */
export function requireToken(tokens: readonly string[]) {
  // Digests have one length, so that the comparison tells nothing about a token's own.
  const digests = tokens.map(digest)
  return async (request: FastifyRequest) => {
    const given = digest(/^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '')
    if (digests.filter(known => timingSafeEqual(known, given)).length === 0) throw new QuotaBridgeError('UNAUTHORIZED')
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
