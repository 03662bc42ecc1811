// Passes calls on to the maker's own server, within limits of their own, and writes one line for each.
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Agent } from 'undici'
import { QuotaBridgeError } from '../../errors.ts'
import { answerError } from '../../http/errors.ts'
import { closeGently } from '../../http/listener.ts'
import { CALLER_GONE, type ForwardedCall } from '../../observe/calls.ts'
import type { Publish } from '../../observe/events.ts'
import { CallerGone, type Exchanged, exchange, tooLarge } from './exchange.ts'
import { forwardedHeaders, valuesOf } from './headers.ts'

export interface ForwardTarget {
  /** Where the action's base URI leads, as configured. */
  basePath: string
  /** Of the maker's server, such as https://actions.example.com. */
  origin: string
  /** In front of what stands behind the base path; ends in a slash. */
  path: string
  timeoutMs: number
  maxConcurrentCalls: number
  maxBodyBytes: number
}

export interface Forwarder {
  /** Passes one call on and answers it; `rest` is the path behind the base path, with the query. */
  pass(target: ForwardTarget, rest: string, request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** Lets go of the connections; calls under way fail. */
  close(): Promise<void>
}

const RETRY_AFTER_SECONDS = 1
/** A server that accepts no connection for so long is not there. */
const CONNECT_TIMEOUT_MS = 10_000
const LOGGED_PATH_LENGTH_MAX = 200

/** `publish` hears of each call, once it is over. */
export function createForwarder(publish: Publish): Forwarder {
  // HTTP/1.1 and one call at a time on a connection: what fails then failed for that call alone, and nothing is sent
  // again. Time is measured by each exchange. Connections are as many as there are calls, which are limited below.
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_TIMEOUT_MS }
  })
  // A target that leads back here would make calls go round until nothing is left for others.
  const via = `1.1 quota-bridge-${randomBytes(4).toString('hex')}`
  const underWay = new Map<ForwardTarget, number>()

  async function attempt(
    target: ForwardTarget,
    rest: string,
    { raw }: FastifyRequest,
    reply: FastifyReply
  ): Promise<Exchanged> {
    const calls = underWay.get(target) ?? 0
    const body = refusalOf(raw) ?? bodyOf(raw, target.maxBodyBytes)
    if (body instanceof QuotaBridgeError) return { bytesIn: 0, bytesOut: 0, failure: body }
    if (calls >= target.maxConcurrentCalls) return { bytesIn: 0, bytesOut: 0, failure: tooMany() }
    underWay.set(target, calls + 1)
    try {
      return await exchange({
        agent,
        origin: target.origin,
        path: target.path + rest,
        headers: forwardedHeaders(raw.rawHeaders, {
          host: new URL(target.origin).host,
          remoteAddress: raw.socket.remoteAddress ?? 'unknown',
          via,
          contentLength: body.length
        }),
        incoming: raw,
        hasBody: body.exists,
        outgoing: reply.raw,
        timeoutMs: target.timeoutMs,
        maxBodyBytes: target.maxBodyBytes
      })
    } finally {
      underWay.set(target, (underWay.get(target) ?? 0) - 1)
    }
  }

  function refusalOf({ method, rawHeaders }: IncomingMessage): QuotaBridgeError | undefined {
    // It would send the caller what was added on the way.
    if (method === 'TRACE') return unfit('its method is TRACE')
    if (!valuesOf(rawHeaders, 'via').some(value => value.includes(via))) return undefined
    return new QuotaBridgeError('FORWARD_FAILED', {
      message: "The call came back here instead of reaching the maker's own server.",
      remedy: 'forward.to leads back to this service; set it to the address of the server behind it.',
      data: { reason: 'loop' }
    })
  }

  return {
    async pass(target, rest, request, reply) {
      request.told = { isForwarded: true }
      const { failure, bytesIn, bytesOut } = await attempt(target, rest, request, reply)
      const begun = reply.raw.headersSent
      const status = begun ? reply.raw.statusCode : failure instanceof QuotaBridgeError ? failure.status : undefined
      request.log[failure instanceof QuotaBridgeError ? 'warn' : 'info'](
        {
          basePath: target.basePath,
          path: rest.replace(/\?.*/, '').slice(0, LOGGED_PATH_LENGTH_MAX),
          status,
          ms: Math.round(reply.elapsedTime),
          bytesIn,
          bytesOut,
          ...(failure && reasonOf(failure))
        },
        'passed on'
      )
      publish({
        kind: 'call-forwarded',
        basePath: target.basePath,
        operation: operationOf(rest),
        ms: reply.elapsedTime,
        ...(status !== undefined && { status }),
        ...(failure && { code: failure instanceof QuotaBridgeError ? failure.code : CALLER_GONE })
      })
      if (begun || !(failure instanceof QuotaBridgeError)) return void reply.hijack()
      // What is left of the body would be taken for the next call.
      if (!request.raw.complete) {
        reply.header('connection', 'close')
        closeGently(request.raw.socket)
      }
      await answerError(failure, reply)
    },
    close: () => agent.destroy()
  }
}

/** The methods that every maker's server may be asked for; what else a path says is its own matter. */
function operationOf(rest: string): ForwardedCall['operation'] {
  const [, method] = /^\/*v1\/(invoke|validate-configuration)\/?(?:\?|$)/.exec(rest) ?? []
  return method === 'invoke' || method === 'validate-configuration' ? method : 'other'
}

/** How the body is framed, whatever the method: by chunks, by a length in bytes, or not there; or what is wrong with it. */
function bodyOf(
  { headers }: IncomingMessage,
  maxBytes: number
): { exists: boolean; length?: number } | QuotaBridgeError {
  const coding = headers['transfer-encoding']
  if (coding !== undefined) {
    return coding.toLowerCase() === 'chunked' ? { exists: true } : unfit('its transfer coding is not chunked')
  }
  const written = headers['content-length']
  if (written === undefined) return { exists: false }
  const length = Number(written)
  return length > maxBytes ? tooLarge(maxBytes) : { exists: length > 0, length }
}

function tooMany(): QuotaBridgeError {
  return new QuotaBridgeError('RATE_LIMITED', {
    remedy: 'Try again after the seconds that Retry-After names, or raise forward.maxConcurrentCalls.',
    retryAfterSeconds: RETRY_AFTER_SECONDS
  })
}

/** Why a call failed, for the log: our own words, or the system's code. */
function reasonOf(failure: QuotaBridgeError | CallerGone): { code?: string; reason?: string; remedy?: string } {
  if (failure instanceof CallerGone) return { reason: 'the caller hung up' }
  const { code, data, cause, remedy } = failure
  const system = cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : undefined
  const reason = data.reason ?? system
  return { code, ...(reason !== undefined && { reason: String(reason) }), remedy }
}

/** A request that is HTTP, but not of a kind that means the same to two servers. */
export function unfit(reason: string): QuotaBridgeError {
  return new QuotaBridgeError('INVALID_REQUEST', {
    message: `The request cannot be passed on: ${reason}.`,
    remedy: 'Send a plain path below the base path, by ordinary HTTP.',
    data: { reason }
  })
}
