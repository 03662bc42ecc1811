// What both listeners have in common: limits, one form for every error, no caching of answers.
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { QuotaBridgeError } from '../errors.ts'
import { errorAnswer, sendError } from './errors.ts'

export interface ListenerOptions {
  logger: FastifyBaseLogger
  bodyLimitBytes: number
  /** Within which a whole request has arrived; Node looks every half minute. */
  requestTimeoutMs?: number
}

/** However long a body may take, a head is short. */
const HEADERS_TIMEOUT_MS = 10_000
/** While the listener closes. */
const IDLE_CHECK_MS = 100

/** A Fastify instance without routes. */
export function createListener({ logger, bodyLimitBytes, requestTimeoutMs = 10_000 }: ListenerOptions) {
  const app = fastify({
    loggerInstance: logger,
    // Each answer writes its own line; Fastify's two would cost more than the answer.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    routerOptions: {
      // A base URI that ends in a slash makes Wix ask for //v1/quota-info.
      ignoreDuplicateSlashes: true,
      ignoreTrailingSlash: true,
      maxParamLength: 512
    },
    // Numbers in a query string are texts; nothing else is bent to fit, and nothing is dropped in silence.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true } },
    requestTimeout: requestTimeoutMs,
    // Longer than the idle time of the usual load balancers, which must be the ones to hang up.
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    // What arrives on a connection that is kept while the service stops is answered as ever, and the connection closed.
    return503OnClosing: false,
    frameworkErrors: (_error, request, reply) => void sendError(new QuotaBridgeError('NOT_FOUND'), request, reply),
    clientErrorHandler(error, socket) {
      if (error.code !== 'ECONNRESET' && socket.writable) refuse(socket, error.code)
    }
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.server.headersTimeout = HEADERS_TIMEOUT_MS
  // Node answers an Expect that it does not know with a bare 417; it may be ignored, and every answer has one form.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply))
  app.setNotFoundHandler((request, reply) => sendError(new QuotaBridgeError('NOT_FOUND'), request, reply))
  // Fastify closes what is idle when it begins to close; what was under way then would be kept alive and waited for.
  app.addHook('preClose', async () => {
    const timer = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS)
    app.server.once('close', () => clearInterval(timer))
  })
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    reply.header('x-content-type-options', 'nosniff')
  })
  return app
}

/** In this plugin's context, refuses a request whose body has not arrived within the time. */
export function refuseLateBodies(app: Pick<FastifyInstance, 'addHook'>, timeoutMs: number): void {
  app.addHook('onRequest', async ({ raw }, reply) => {
    const timer = setTimeout(() => {
      if (raw.complete) return
      refuse(raw.socket, LATE)
      raw.socket.destroySoon()
    }, timeoutMs)
    reply.raw.once('close', () => clearTimeout(timer))
  })
}

const LATE = 'ERR_HTTP_REQUEST_TIMEOUT'

/** Answers bytes that never became a request, so that there is no reply to answer with. */
function refuse(socket: Duplex, code: string): void {
  socket.end(rawRefusal(code))
}

function rawRefusal(code: string): string {
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : code === LATE ? 408 : 400
  const body = JSON.stringify(
    errorAnswer(new QuotaBridgeError('INVALID_REQUEST', { message: 'The request or its body is not well-formed.' }))
  )
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body
  ].join('\r\n')
}
