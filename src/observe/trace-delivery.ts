// Traces that cannot be delivered are told: OpenTelemetry itself would drop them without a word.
import { ExportResultCode } from '@opentelemetry/core'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import { createCountedWarnings } from './counted-warnings.ts'

const warningOf = (reason: string) => ({
  kind: reason,
  fields: {
    reason,
    remedy: 'Check OTEL_EXPORTER_OTLP_ENDPOINT, and the collector there: it must take OTLP over HTTP, as JSON.'
  },
  message: 'traces cannot be delivered'
})

/** The same exporter, with each failure warned of, once a minute at most. */
export function telling(exporter: SpanExporter, log: Pick<Logger, 'warn'>): SpanExporter {
  const warn = createCountedWarnings(log, warningOf('others'))
  return {
    export: (spans, onResult) =>
      exporter.export(spans, result => {
        if (result.code !== ExportResultCode.SUCCESS) warn(warningOf(reasonOf(result.error)))
        onResult(result)
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.()
  }
}

/** A system's or HTTP's own code: what a collector says may hold anything. */
function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error && error.code !== undefined ? String(error.code) : 'no answer'
}
