// What both listeners have in common: limits, one form for every error, no caching of answers.
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController
} from 'fastify'
import { QuotaBridgeError } from '../errors.ts'
import { errorAnswer, type OnRefused, sendError } from './errors.ts'
import { compileLazily } from './lazy-compilers.ts'
import { type CallWatch, watchCalls } from './watch-calls.ts'

export interface ListenerOptions {
  logger: FastifyBaseLogger
  bodyLimitBytes: number
  /** Within which a whole request has arrived. */
  requestTimeoutMs?: number
  /** Addresses and networks of proxies in front that are believed in what they say of the caller's address. */
  trustProxy?: string[]
  /** Whether the service has been told to stop: connections then end with their next answer. */
  isStopping: () => boolean
  onRefused?: OnRefused
  /** Is told of every call. */
  watch?: CallWatch
}

/** Within which a request's headers have arrived: however long a body may take, a head is short. */
const HEADERS_TIMEOUT_MS = 10_000
/** How often Node looks for requests that are late. */
const LATENESS_CHECK_MS = 1000
/** How long whoever was refused may take to read why, before the socket is gone. */
const LINGER_MS = 1000

/** While the listener closes. */
const IDLE_CHECK_MS = 100

/** A Fastify instance without routes. */
export function createListener({
  logger,
  bodyLimitBytes,
  requestTimeoutMs = HEADERS_TIMEOUT_MS,
  trustProxy,
  isStopping,
  onRefused,
  watch
}: ListenerOptions) {
  const send = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    if (!request.raw.complete) closeGently(request.raw.socket)
    return sendError(error, request, reply, { onRefused })
  }
  const app = fastify({
    loggerInstance: logger,
    // Each answer writes its own line; Fastify's two would cost more than the answer.
    logController: new LogController({ disableRequestLogging: true }),
    // A logger of each request's own would add a number that begins anew with each start; Wix's id of the call is in the lines.
    childLoggerFactory: logger => logger,
    bodyLimit: bodyLimitBytes,
    routerOptions: {
      // A base URI that ends in a slash makes Wix ask for //v1/quota-info.
      ignoreDuplicateSlashes: true,
      ignoreTrailingSlash: true,
      maxParamLength: 512
    },
    requestTimeout: requestTimeoutMs,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: LATENESS_CHECK_MS,
      // Node would answer in a form of its own.
      requireHostHeader: false
    },
    ...(trustProxy !== undefined && { trustProxy }),
    // Longer than the idle time of the usual load balancers, which must be the ones to hang up.
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    // What arrives on a connection that is kept while the service stops is answered as ever, and the connection closed.
    return503OnClosing: false,
    frameworkErrors: (_error, request, reply) => void send(new QuotaBridgeError('NOT_FOUND'), request, reply),
    clientErrorHandler(error, socket) {
      if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
      else refuse(socket, error.code)
    }
  }).withTypeProvider<TypeBoxTypeProvider>()
  compileLazily(app)
  app.decorateReply('errorCode', undefined)
  if (watch) watchCalls(app, watch)
  // Node answers an Expect that it does not know with a bare 417; it may be ignored, and every answer has one form.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.setErrorHandler(send)
  app.setNotFoundHandler((request, reply) => send(new QuotaBridgeError('NOT_FOUND'), request, reply))
  // Hooks that wait for nothing are no promises: every call goes through them.
  app.addHook('onRequest', ({ raw }, reply, done) => {
    if (isStopping()) reply.raw.shouldKeepAlive = false
    // https://www.rfc-editor.org/rfc/rfc9112#section-3.2-6
    const isHostless = raw.headers.host === undefined && raw.httpVersion !== '1.0'
    done(isHostless ? new QuotaBridgeError('INVALID_REQUEST', NO_HOST) : undefined)
  })
  // Fastify closes what is idle when it begins to close; what was under way then would be kept alive and waited for.
  app.addHook('preClose', async () => {
    const timer = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS)
    app.server.once('close', () => clearInterval(timer))
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping()) reply.raw.shouldKeepAlive = false
    reply.header('cache-control', 'no-store')
    reply.header('x-content-type-options', 'nosniff')
    done(null, payload)
  })
  return app
}

/** In this plugin's context, refuses a request whose body has not arrived within the time. */
export function refuseLateBodies(app: Pick<FastifyInstance, 'addHook'>, timeoutMs: number): void {
  app.addHook('onRequest', ({ raw }, reply, done) => {
    const timer = setTimeout(() => {
      if (raw.complete) return
      // It is answered past the reply, which must still say how the call ended.
      reply.errorCode = 'INVALID_REQUEST'
      reply.raw.statusCode = 408
      refuse(raw.socket, LATE)
    }, timeoutMs)
    reply.raw.once('close', () => clearTimeout(timer))
    done()
  })
}

const LATE = 'ERR_HTTP_REQUEST_TIMEOUT'

const NO_HOST = {
  message: 'The request names no host.',
  remedy: 'Send a Host header, as HTTP/1.1 asks for.'
}

/**
 * Lets whoever still sends a body read the answer to it: Node would close the socket with the answer, what it has not read would then
 * reset the connection, and the answer could be lost with it. https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export function closeGently(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end()
    linger(socket)
  }
}

/** Answers bytes that never became a request, so that there is no reply to answer with; then the socket goes, whatever the other side does. */
function refuse(socket: Duplex, code: string): void {
  socket.end(rawRefusal(code))
  linger(socket)
}

/** Destroyed at once a socket would be reset, and what it was answered lost where more was being sent. */
function linger(socket: Duplex): void {
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
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
