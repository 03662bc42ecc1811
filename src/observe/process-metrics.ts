// What Prometheus knows of every Node process: processor, memory, how late the event loop is, garbage collection.
import { collectDefaultMetrics, Registry } from 'prom-client'

let registry: Registry | undefined

/** Of this process, and so one for all services in it; measured from when it is first asked for. */
export function processMetrics(): Registry {
  if (!registry) {
    registry = new Registry()
    collectDefaultMetrics({ register: registry })
  }
  return registry
}
