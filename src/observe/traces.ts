// Traces by OpenTelemetry: of each call a span, and below it one for each request to an upstream, to the maker's own server
// and to the database, made from the events that tell of them. Loaded only where traces are wanted.
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace
} from '@opentelemetry/api'
import { parseTraceParent } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import type { StoreCall } from '../store/calls.ts'
import { VERSION } from '../version.ts'
import { within as inTime } from '../within.ts'
import type { AnsweredCall, ForwardedCall, UpstreamCall } from './calls.ts'
import { telling } from './trace-delivery.ts'
import { samplerOf } from './trace-sampler.ts'
import type { CallHead, Tracing, Within } from './tracing.ts'

/** Unless OTEL_SERVICE_NAME says otherwise. */
const SERVICE_NAME = 'quota-bridge'
/** The one of OTLP's that is spoken here. */
const PROTOCOL = 'http/json'
/** How long a stop waits for what was not sent yet. */
const CLOSE_MS = 2000
/** A connection of the pool that was free is no wait. */
const NO_WAIT_MS = 1

/** A call that is traced. */
interface TracedCall {
  span: Span
  /** For what is a part of it. */
  context: Context
}

/** What a request of ours to somebody else was, and how it ended. */
interface Leaf {
  name: string
  ms: number
  attributes: Attributes
  /** Of what failed. */
  error?: string | undefined
}

export function createTracing(environment: NodeJS.ProcessEnv, log: Pick<Logger, 'warn'>): Tracing {
  const { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL, OTEL_EXPORTER_OTLP_PROTOCOL } = environment
  const protocol = OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || OTEL_EXPORTER_OTLP_PROTOCOL || PROTOCOL
  if (protocol !== PROTOCOL)
    log.warn({ protocol: protocol.slice(0, 60) }, `traces are sent by ${PROTOCOL} alone; the collector must take that`)
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': SERVICE_NAME, 'service.version': VERSION }))
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(environment, log),
    spanProcessors: [new BatchSpanProcessor({ exporter: telling(new OTLPTraceExporter(), log) })]
  })
  const tracer = provider.getTracer(SERVICE_NAME, VERSION)
  const calls = new AsyncLocalStorage<TracedCall>()

  function beginCall({ method, route, traceparent }: CallHead): Within {
    const remote = traceparent === undefined ? null : parseTraceParent(traceparent)
    const parent = remote ? trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true }) : ROOT_CONTEXT
    const name = route === undefined ? method : `${method} ${route}`
    const attributes = { 'http.request.method': method, ...(route !== undefined && { 'http.route': route }) }
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent)
    const call = { span, context: trace.setSpan(parent, span) }
    return work => calls.run(call, work)
  }

  function endCall({ span }: TracedCall, { status, code, quota }: AnsweredCall): void {
    span.setAttributes({
      'http.response.status_code': status,
      'error.type': code,
      ...(quota?.provider !== undefined && {
        'quota_bridge.action': quota.actionKey,
        'quota_bridge.provider': quota.provider,
        'quota_bridge.served': quota.served,
        'quota_bridge.age_ms': quota.ageMs
      })
    })
    // What a caller did wrong is no error of this service's: https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
    if (status === undefined || status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }

  function addLeaf({ context }: TracedCall, { name, ms, attributes, error }: Leaf): void {
    const endTime = Date.now()
    const told = { ...attributes, 'error.type': error }
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: told, startTime: endTime - ms }, context)
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end(endTime)
  }

  return {
    beginCall,
    listener(event) {
      const call = calls.getStore()
      // What no call began, such as the check after the start, is no trace of its own.
      if (!call) return
      if (event.kind === 'call-answered') endCall(call, event)
      else if (event.kind === 'upstream-called') addLeaf(call, upstreamLeaf(event))
      else if (event.kind === 'call-forwarded') addLeaf(call, forwardLeaf(event))
      else if (event.kind === 'store-called' && !isNoWait(event)) addLeaf(call, storeLeaf(event))
    },
    ids() {
      const context = calls.getStore()?.span.spanContext()
      return context && { trace_id: context.traceId, span_id: context.spanId }
    },
    close: () =>
      inTime(
        CLOSE_MS,
        provider.shutdown().catch(() => {}),
        () => undefined
      )
  }
}

const isNoWait = ({ operation, ms, failure }: StoreCall) =>
  operation === 'connect' && failure === undefined && ms < NO_WAIT_MS

function upstreamLeaf({ provider, operation, method, ms, finding, reason }: UpstreamCall): Leaf {
  return {
    name: `${provider} ${operation}`,
    ms,
    attributes: {
      'http.request.method': method,
      'quota_bridge.provider': provider,
      'quota_bridge.operation': operation,
      'quota_bridge.reason': reason
    },
    error: finding
  }
}

function forwardLeaf({ basePath, operation, status, code, ms }: ForwardedCall): Leaf {
  return {
    name: `forward ${operation}`,
    ms,
    attributes: { 'quota_bridge.base_path': basePath, 'http.response.status_code': status },
    error: code
  }
}

/** https://opentelemetry.io/docs/specs/semconv/database/database-spans/ */
function storeLeaf({ engine, operation, table, ms, failure }: StoreCall): Leaf {
  return {
    name: table === undefined ? operation : `${operation} ${table}`,
    ms,
    attributes: {
      'db.system.name': engine === 'postgres' ? 'postgresql' : engine,
      'db.operation.name': operation,
      'db.collection.name': table
    },
    error: failure
  }
}
