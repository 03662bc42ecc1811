// How every error leaves the service: in Wix's form, with a status from the catalogue, and nothing of what lies behind it.
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { type ErrorCode, errorCatalogue, QuotaBridgeError } from '../errors.ts'
import { ProviderError } from '../quota/provider.ts'
import { type TSchema, Type } from '../schema.ts'
import { ErrorAnswer } from '../wix/contract.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** Of the error that was answered, if one was. */
    errorCode: ErrorCode | undefined
  }
}

/** The body of an error. */
export function errorAnswer(error: QuotaBridgeError): ErrorAnswer {
  const { message, code, remedy, data } = error
  return { message, applicationError: { code, description: remedy, data } }
}

/** Hears of each call that was refused for what it is, or for there being too many of them. */
export type OnRefused = (refusal: QuotaBridgeError, request: Pick<FastifyRequest, 'raw'>) => void

export interface ErrorSending {
  onRefused?: OnRefused | undefined
  /** In the place of JSON. */
  answer?: (known: QuotaBridgeError, reply: FastifyReply) => FastifyReply
}

/** Sends any error; one that is not in the catalogue is our fault and becomes INTERNAL. */
export function sendError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { onRefused, answer = answerError }: ErrorSending = {}
): FastifyReply {
  const known = toCatalogue(error)
  logError(request.log, known, error)
  if (isRefusal(known)) onRefused?.(known, request)
  return answer(known, reply)
}

/** Nobody's provider or database is at fault. */
function isRefusal({ status, code }: QuotaBridgeError): boolean {
  return status < 500 || code === 'OVERLOADED'
}

/** Answers with an error of the catalogue, for whoever writes the log's line himself; with a body that says it otherwise, if given. */
export function answerError(
  known: QuotaBridgeError,
  reply: FastifyReply,
  body: ErrorAnswer | string = errorAnswer(known)
): FastifyReply {
  reply.errorCode = known.code
  if (known.retryAfterSeconds !== undefined) reply.header('retry-after', String(known.retryAfterSeconds))
  return reply.code(known.status).send(body)
}

function toCatalogue(error: unknown): QuotaBridgeError {
  if (error instanceof QuotaBridgeError) return error
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  if (status === 413) return new QuotaBridgeError('PAYLOAD_TOO_LARGE')
  if (isValidationError(error)) {
    const [first] = error.validation
    const field = `${error.validationContext}${first?.instancePath.replaceAll('/', '.') ?? ''}`
    return new QuotaBridgeError('INVALID_REQUEST', {
      message: `${field} ${first?.message}.`,
      remedy: 'Correct the field that data.field names.',
      data: { field }
    })
  }
  // What else Fastify refuses by itself, it refuses for what the caller sent.
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new QuotaBridgeError('INVALID_REQUEST', {
      message: 'The request or its body is not well-formed.',
      remedy: 'Send well-formed HTTP, and JSON where a body is taken.'
    })
  }
  return new QuotaBridgeError('INTERNAL', { cause: error })
}

interface ValidationError {
  validationContext: string
  validation: { instancePath: string; message?: string }[]
}

function isValidationError(error: unknown): error is ValidationError {
  return (
    error instanceof Error && 'validation' in error && Array.isArray(error.validation) && 'validationContext' in error
  )
}

function logError(log: FastifyBaseLogger, known: QuotaBridgeError, error: unknown): void {
  if (known.code === 'INTERNAL') {
    log.error({ err: error }, 'internal error')
  } else if (known instanceof ProviderError) {
    const { code, finding, reason, message, remedy } = known
    log.warn({ code, finding, reason, what: message, remedy }, 'the provider could not tell')
  } else {
    const { code, data, logged, remedy, message, cause } = known
    const level = isRefusal(known) ? 'debug' : 'warn'
    log[level]({ code, ...data, ...logged, reason: reasonOf(cause), remedy }, message)
  }
}

/** The response schemas of a route's errors by status, each code told by its sentence and an example. */
export function errorResponses(codes: readonly ErrorCode[]): Record<number, TSchema> {
  const byStatus = Map.groupBy(codes, code => errorCatalogue[code].status)
  return Object.fromEntries([...byStatus].map(([status, sharing]) => [status, errorResponse(sharing)]))
}

/** Codes that are always told together with when to come back. */
const RETRIED: ReadonlySet<ErrorCode> = new Set([
  'RATE_LIMITED',
  'OVERLOADED',
  'QUOTA_UNAVAILABLE',
  'STORE_UNAVAILABLE'
])

const RetryAfter = Type.Integer({ minimum: 1, description: 'Seconds after which trying again makes sense.' })

function errorResponse(codes: readonly ErrorCode[]): TSchema {
  const retry = codes.some(code => RETRIED.has(code))
  return {
    ...ErrorAnswer,
    ...(retry && { headers: { 'Retry-After': RetryAfter } }),
    description: codes.map(code => `\`${code}\`: ${errorCatalogue[code].message}`).join(' '),
    examples: codes.map(code => errorAnswer(new QuotaBridgeError(code)))
  }
}

/** A cause's message only where the catalogue's own error names one; stacks and foreign bodies stay out of the log. */
function reasonOf(cause: unknown): string | undefined {
  return cause instanceof Error ? cause.message : undefined
}
