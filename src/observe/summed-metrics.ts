// The metrics of several processes that are one service, as if there were one: what is counted is summed.
import { AggregatorRegistry, type Registry } from 'prom-client'
import { type Static, Type } from '../schema.ts'

/** What prom-client tells of one metric, with its values; it reads that itself. */
const Metric = Type.Object({ name: Type.String(), type: Type.String(), aggregator: Type.String() })

/** Every metric of one process, as it can be sent to another. */
export const MetricsSnapshot = Type.Array(Metric)
export type MetricsSnapshot = Static<typeof MetricsSnapshot>

/** Of what describes a process the worst is told, and of when it began the first, which is when the service did. */
const INSTEAD: Readonly<Record<string, string>> = { average: 'max', omit: 'min' }
const COUNTED: ReadonlySet<string> = new Set(['counter', 'histogram'])

/** A registry that tells all of them together. */
export function summed(snapshots: readonly MetricsSnapshot[]): Registry {
  const told = snapshots.map(metrics =>
    metrics.map(metric => ({ ...metric, aggregator: INSTEAD[metric.aggregator] ?? metric.aggregator }))
  )
  return AggregatorRegistry.aggregate(told)
}

/** What processes have counted that are no more: without it a sum would fall, which Prometheus takes for a start. */
export interface PastMetrics {
  add(snapshot: MetricsSnapshot): void
  snapshot(): Promise<MetricsSnapshot>
}

export function createPastMetrics(): PastMetrics {
  let past: Promise<MetricsSnapshot> = Promise.resolve([])
  return {
    add(snapshot) {
      const counted = snapshot.filter(({ type }) => COUNTED.has(type))
      past = past.then(async before => tellable(await summed([before, counted]).getMetricsAsJSON()))
    },
    snapshot: () => past
  }
}

/** Without what belongs to a registry. */
export function tellable(metrics: Awaited<ReturnType<Registry['getMetricsAsJSON']>>): MetricsSnapshot {
  return metrics.map(({ name, help, type, aggregator, values }) => ({
    ...{ name, help, type: String(type), aggregator: String(aggregator), values }
  }))
}
