// How every error leaves the service: in Wix's form, with a status from the catalogue, and nothing of what lies behind it.
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { type ErrorCode, errorCatalogue, QuotaBridgeError } from '../errors.ts'
import { ProviderError } from '../quota/provider.ts'
import { type TSchema, Type } from '../schema.ts'
import { ErrorAnswer } from '../wix/contract.ts'

/** The body of an error. */
export function errorAnswer(error: QuotaBridgeError): ErrorAnswer {
  const { message, code, remedy, data } = error
  return { message, applicationError: { code, description: remedy, data } }
}

/** Sends any error; one that is not in the catalogue is our fault and becomes INTERNAL. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = toCatalogue(error)
  logError(request.log, known, error)
  if (known.retryAfterSeconds !== undefined) reply.header('retry-after', String(known.retryAfterSeconds))
  return reply.code(known.status).send(errorAnswer(known))
}

function toCatalogue(error: unknown): QuotaBridgeError {
  if (error instanceof QuotaBridgeError) return error
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  if (status === 413) return new QuotaBridgeError('PAYLOAD_TOO_LARGE')
  // What else Fastify refuses by itself, it refuses for what the caller sent.
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new QuotaBridgeError('INVALID_REQUEST', { message: 'The request is not well-formed HTTP.' })
  }
  return new QuotaBridgeError('INTERNAL', { cause: error })
}

function logError(log: FastifyBaseLogger, known: QuotaBridgeError, error: unknown): void {
  if (known.code === 'INTERNAL') {
    log.error({ err: error }, 'internal error')
  } else if (known instanceof ProviderError) {
    const { code, finding, reason } = known
    log.warn({ code, finding, reason }, 'the provider could not tell')
  } else {
    log.debug({ code: known.code, ...known.data }, known.message)
  }
}

/** The response schemas of a route's errors by status, each code told by its sentence and an example. */
export function errorResponses(codes: readonly ErrorCode[]): Record<number, TSchema> {
  const byStatus = Map.groupBy(codes, code => errorCatalogue[code].status)
  return Object.fromEntries([...byStatus].map(([status, sharing]) => [status, errorResponse(sharing)]))
}

const RetryAfter = Type.Integer({ minimum: 1, description: 'Seconds after which trying again makes sense.' })

function errorResponse(codes: readonly ErrorCode[]): TSchema {
  const retry = codes.some(code => code === 'RATE_LIMITED' || code === 'QUOTA_UNAVAILABLE')
  return {
    ...ErrorAnswer,
    ...(retry && { headers: { 'Retry-After': RetryAfter } }),
    description: codes.map(code => `\`${code}\`: ${errorCatalogue[code].message}`).join(' '),
    examples: codes.map(code => errorAnswer(new QuotaBridgeError(code)))
  }
}
