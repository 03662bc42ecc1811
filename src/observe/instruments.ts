// Every metric of this service's own: its name, what it says, its labels and its buckets.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { VERSION } from '../version.ts'

export type Instruments = ReturnType<typeof createInstruments>

const PREFIX = 'quota_bridge_'
/** Answers leave within `deadline`, 2.5 s unless set otherwise and 5 s at most. */
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 5]
/** `forward.timeout` is 60 s unless set otherwise. */
const FORWARDED_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const STORE_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2]
/** From what was just fetched to `keepFor`, a day unless set otherwise. */
const AGE_SECONDS = [1, 10, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 7 * 24 * 3600]

/** Makes all of them, in a registry that has none yet. */
export function createInstruments(registry: Registry) {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name: PREFIX + name, help, labelNames, registers })
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: PREFIX + name, help, labelNames, registers })
  const histogram = <Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]) =>
    new Histogram({ name: PREFIX + name, help, buckets, labelNames, registers })

  new Gauge({
    name: `${PREFIX}build_info`,
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node'],
    registers,
    // However many processes a service has.
    aggregator: 'first'
  }).set({ version: VERSION, node: process.versions.node }, 1)
  return {
    calls: counter(
      'calls_total',
      'Quota calls, by action ((unknown): not configured, (none): refused before that was known), HTTP status and error code.',
      'action',
      'status',
      'code'
    ),
    callDuration: histogram('call_duration_seconds', 'How long quota calls took.', CALL_SECONDS, 'action'),
    requests: counter(
      'requests_total',
      'All requests to the public listener but health checks and what is passed on; route none: nobody answers that path.',
      'route',
      'status',
      'code'
    ),
    answers: counter(
      'answers_total',
      'Answered quota calls, by where the numbers came from: hit, miss and update fetched for the call, stale, none.',
      'provider',
      'served'
    ),
    shownAge: histogram('shown_age_seconds', 'How old the numbers are that are shown.', AGE_SECONDS, 'provider'),
    nothingShown: counter('nothing_shown_total', 'Answers that show none of the features of their action.', 'action'),
    fetches: counter(
      'fetches_total',
      'Fetches of a connection, by what was found; ok is success.',
      'provider',
      'finding'
    ),
    upstreamCalls: counter(
      'upstream_calls_total',
      'Requests to upstreams, each try counted, by what was found; ok is success.',
      'provider',
      'operation',
      'finding'
    ),
    upstreamDuration: histogram(
      'upstream_call_duration_seconds',
      'How long requests to upstreams took.',
      CALL_SECONDS,
      'provider',
      'operation'
    ),
    breakers: gauge(
      'breakers',
      'Breakers in memory, by what they guard (an origin, or one set of credentials there) and their state.',
      'provider',
      'scope',
      'state'
    ),
    forwardedCalls: counter(
      'forwarded_calls_total',
      "Calls that were passed on to the maker's own server, by HTTP status and error code.",
      'base_path',
      'operation',
      'status',
      'code'
    ),
    forwardedDuration: histogram(
      'forwarded_call_duration_seconds',
      'How long calls took that were passed on.',
      FORWARDED_SECONDS,
      'base_path',
      'operation'
    ),
    connections: gauge(
      'connections',
      'Connections by health. Every replica on one database tells the same: take the maximum.',
      'provider',
      'health'
    ),
    credentialDaysLeft: gauge(
      'credential_days_left',
      "Days until the first of a provider's credentials ends, where checks have told.",
      'provider'
    ),
    storeDuration: histogram(
      'store_call_duration_seconds',
      'How long the database took; connect is the wait for a free connection.',
      STORE_SECONDS,
      'operation',
      'table'
    ),
    storeErrors: counter('store_errors_total', 'Calls to the database that failed, by what was the matter.', 'trouble')
  }
}
