// Traces, as the rest of the service sees them: off, and not even loaded, unless the environment says where they go.
import type { Logger } from 'pino'
import type { ServiceEvent } from './events.ts'

/** Runs work as a part of a call: what is told meanwhile, and of what it began, is told of that call. */
export type Within = (work: () => void) => void

/** Of a call, what is known before anything of it was looked at. */
export interface CallHead {
  method: string
  /** Absent of what nobody answers here. */
  route: string | undefined
  /** Only from a proxy that is believed: https://www.w3.org/TR/trace-context/#traceparent-header */
  traceparent: string | undefined
}

/** Begins the trace of a call. It ends when that call is told to be answered, within it. */
export type BeginCall = (head: CallHead) => Within

/** In a line of the log: https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/ */
export interface TraceIds {
  trace_id: string
  span_id: string
}

export interface Tracing {
  beginCall: BeginCall
  /** To be told of every event. */
  listener: (event: ServiceEvent) => void
  /** Of the call whose part this is; undefined of what is no call's. */
  ids(): TraceIds | undefined
  /** Sends what was not sent yet, as far as that can be done soon. */
  close(): Promise<void>
}

/** Whether traces are wanted: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
export function wantsTraces({
  OTEL_EXPORTER_OTLP_ENDPOINT = '',
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = '',
  OTEL_TRACES_EXPORTER = 'otlp',
  OTEL_SDK_DISABLED = 'false'
}: NodeJS.ProcessEnv): boolean {
  const leadsSomewhere = OTEL_EXPORTER_OTLP_ENDPOINT !== '' || OTEL_EXPORTER_OTLP_TRACES_ENDPOINT !== ''
  return leadsSomewhere && OTEL_TRACES_EXPORTER === 'otlp' && OTEL_SDK_DISABLED.toLowerCase() !== 'true'
}

/** Begins to trace, where traces are wanted; only then OpenTelemetry is loaded. */
export async function openTracing(environment: NodeJS.ProcessEnv, log: Logger): Promise<Tracing | undefined> {
  if (!wantsTraces(environment)) return undefined
  const { createTracing } = await import('./traces.ts')
  return createTracing(environment, log)
}
