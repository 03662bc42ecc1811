// An eye on every call that arrives at a listener: tells how it ended, and lets what is done meanwhile be told of as a part of it.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type AnsweredCall, type AnsweredQuotaCall, CALLER_GONE, type CallRoute } from '../observe/calls.ts'
import type { Publish } from '../observe/events.ts'
import type { BeginCall, CallHead, Within } from '../observe/tracing.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route answers; none for what nobody answers. */
    call?: CallRoute
  }
  interface FastifyRequest {
    /** What is found out about a call on its way, for whoever is told how it ended. */
    told: { quota?: AnsweredQuotaCall; isForwarded?: boolean } | undefined
  }
}

export interface CallWatch {
  publish: Publish
  /** Begins the trace of a call; absent where nothing is traced. */
  beginCall?: BeginCall | undefined
}

/** To be called before any other hook is added, so that nothing of a call goes unseen. */
export function watchCalls(app: FastifyInstance, { publish, beginCall }: CallWatch): void {
  const traces = new WeakMap<FastifyRequest, Within>()
  app.decorateRequest('told', undefined)

  app.addHook('onRequest', (request, reply, done) => {
    const { call } = request.routeOptions.config
    // Asked for every few seconds, by machines.
    if (call === 'health') return done()
    const within: Within = beginCall?.(headOf(request)) ?? (work => work())
    if (beginCall) traces.set(request, within)
    // Also when the caller hangs up, and however the answer was sent.
    reply.raw.once('close', () => {
      const { headersSent, statusCode } = reply.raw
      const code = reply.errorCode ?? (headersSent ? undefined : CALLER_GONE)
      const answered: AnsweredCall = {
        route: call ?? (request.told?.isForwarded ? 'forward' : 'none'),
        ms: reply.elapsedTime,
        ...((headersSent || reply.errorCode) && { status: statusCode }),
        ...(code && { code }),
        ...(request.told?.quota && { quota: request.told.quota })
      }
      within(() => publish({ kind: 'call-answered', ...answered }))
    })
    within(done)
  })
  if (!beginCall) return
  // A body is read in the socket's own context.
  app.addHook('preValidation', (request, _reply, done) => (traces.get(request) ?? (work => work()))(done))
}

function headOf({ method, routeOptions, headers: { traceparent }, ips }: FastifyRequest): CallHead {
  // Whoever calls from outside has no say in which trace a call belongs to; a proxy that is believed has.
  const isFromProxy = (ips?.length ?? 0) > 1
  const continued = isFromProxy && typeof traceparent === 'string' ? traceparent : undefined
  return { method, route: routeOptions.url, traceparent: continued }
}
