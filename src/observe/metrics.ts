// Metrics for Prometheus, made from the events that tell of the service's work. Nothing else knows prom-client.
// No label holds what a caller, a site or an upstream chose: actions, providers and base paths are the configuration's own.
import { Registry } from 'prom-client'
import { type ErrorCode, errorCatalogue } from '../errors.ts'
import type { StoreCall } from '../store/calls.ts'
import { HEALTHS, type Health } from '../store/connections.ts'
import { storeTroubles } from '../store/store-error.ts'
import type { AnsweredCall, BreakerChange, ForwardedCall, UpstreamCall } from './calls.ts'
import type { ServiceEvent } from './events.ts'
import { createInstruments, type Instruments } from './instruments.ts'
import { processMetrics } from './process-metrics.ts'
import { type MetricsSnapshot, summed, tellable } from './summed-metrics.ts'

/** What stands in the configuration, and so may be a label; all of it is told from the start, as 0. */
export interface MetricsNames {
  actions: Iterable<string>
  providers: Iterable<string>
  /** Of what is passed on. */
  basePaths: Iterable<string>
}

/** How the connections are at this moment. */
export interface Standing {
  connections: readonly { provider: string; health: Health; count: number }[]
  /** When the first credentials of each provider end, in milliseconds since 1970, where that is known. */
  credentialsEndAt: ReadonlyMap<string, number>
}

export interface Metrics {
  /** To be told of every event. */
  listener: (event: ServiceEvent) => void
  /** That another configuration has taken the place of the first. */
  rename(names: MetricsNames): void
  /** What this process alone has to tell. */
  snapshot(): Promise<MetricsSnapshot>
  /** All of it as Prometheus reads it, with its content type. */
  read(): Promise<{ contentType: string; text: string }>
}

export interface MetricsOptions extends MetricsNames {
  standing: () => Promise<Standing>
  /** What the other processes of this service have to tell, where there are any. */
  others?: (() => Promise<readonly MetricsSnapshot[]>) | undefined
  /** Milliseconds since 1970. */
  now: () => number
}

/** An action that the configuration does not have: only Wix can make one up, and it is one label for all. */
const UNKNOWN_ACTION = '(unknown)'
/** Of a call that was refused before anybody knew what it asks. */
const NO_ACTION = '(none)'
const OK = 'ok'
const NO_STATUS = 'none'
const DAY_MS = 24 * 3600 * 1000

export function createMetrics({ standing, others, now, ...names }: MetricsOptions): Metrics {
  const registry = new Registry()
  const instruments = createInstruments(registry)
  let actions: ReadonlySet<string> = new Set()

  function rename(named: MetricsNames): void {
    actions = new Set(named.actions)
    beginAtZero(instruments, { ...named, actions })
  }

  rename(names)

  async function tellStanding(): Promise<void> {
    const { connections, credentialDaysLeft } = instruments
    const found = await standing()
    connections.reset()
    // Also how many are not so: an alert that divides by what is not there stays silent.
    for (const { provider } of found.connections) for (const health of HEALTHS) connections.inc({ provider, health }, 0)
    for (const { provider, health, count } of found.connections) connections.inc({ provider, health }, count)
    credentialDaysLeft.reset()
    for (const [provider, endsAt] of found.credentialsEndAt)
      credentialDaysLeft.set({ provider }, (endsAt - now()) / DAY_MS)
  }

  async function snapshot(): Promise<MetricsSnapshot> {
    const [own, ofProcess] = await Promise.all([registry.getMetricsAsJSON(), processMetrics().getMetricsAsJSON()])
    return tellable([...own, ...ofProcess])
  }

  return {
    listener: event => tell(instruments, actions, event),
    rename,
    snapshot,
    async read() {
      await tellStanding()
      const { contentType } = registry
      if (others) return { contentType, text: await summed([await snapshot(), ...(await others())]).metrics() }
      const texts = await Promise.all([registry.metrics(), processMetrics().metrics()])
      return { contentType, text: texts.join('\n') }
    }
  }
}

function tell(to: Instruments, actions: ReadonlySet<string>, event: ServiceEvent): void {
  switch (event.kind) {
    case 'call-answered':
      tellAnswered(to, actions, event)
      break
    case 'call-forwarded':
      tellForwarded(to, event)
      break
    case 'upstream-called':
      tellUpstream(to, event)
      break
    case 'breaker-changed':
      tellBreaker(to, event)
      break
    case 'store-called':
      tellStore(to, event)
      break
    case 'fetch-done':
      // Another replica asked, and counts it.
      if (event.upstreamMs > 0) to.fetches.inc({ provider: event.key.provider, finding: OK })
      break
    case 'fetch-failed':
      to.fetches.inc({ provider: event.key.provider, finding: event.failure.finding ?? event.failure.code })
      break
    case 'fetch-broke':
      to.fetches.inc({ provider: event.key.provider, finding: 'internal-error' })
      break
    case 'nothing-told':
      to.nothingShown.inc({ action: event.call.actionKey })
  }
}

function tellAnswered(to: Instruments, actions: ReadonlySet<string>, call: AnsweredCall): void {
  const { route, quota, ms, code = OK } = call
  if (route === 'forward') return
  const status = statusOf(call)
  to.requests.inc({ route, status, code })
  if (route !== 'quota-info') return
  const { actionKey, provider, served, ageMs } = quota ?? {}
  const action = actionKey === undefined ? NO_ACTION : actions.has(actionKey) ? actionKey : UNKNOWN_ACTION
  to.calls.inc({ action, status, code })
  to.callDuration.observe({ action }, ms / 1000)
  if (provider === undefined || served === undefined) return
  to.answers.inc({ provider, served })
  if (ageMs !== undefined) to.shownAge.observe({ provider }, ageMs / 1000)
}

function tellForwarded(to: Instruments, call: ForwardedCall): void {
  const { basePath: base_path, operation, ms, code = OK } = call
  to.forwardedCalls.inc({ base_path, operation, status: statusOf(call), code })
  to.forwardedDuration.observe({ base_path, operation }, ms / 1000)
}

/** A maker's own server may answer with any number. */
function statusOf({ status }: { status?: number }): string {
  if (status === undefined) return NO_STATUS
  return status >= 200 && status < 600 ? String(status) : 'other'
}

function tellUpstream(to: Instruments, { provider, operation, ms, finding = OK }: UpstreamCall): void {
  to.upstreamCalls.inc({ provider, operation, finding })
  to.upstreamDuration.observe({ provider, operation }, ms / 1000)
}

function tellStore(to: Instruments, { operation, table = '', ms, failure }: StoreCall): void {
  to.storeDuration.observe({ operation, table }, ms / 1000)
  if (failure) to.storeErrors.inc({ trouble: failure })
}

function tellBreaker({ breakers }: Instruments, { provider, scope, from, to }: BreakerChange): void {
  if (from) breakers.dec({ provider, scope, state: from })
  if (to) breakers.inc({ provider, scope, state: to })
}

/** What anybody who answers a quota call may come to. */
const CALL_CODES: readonly ErrorCode[] = [
  'RATE_LIMITED',
  'PROVIDER_REJECTED',
  'QUOTA_UNAVAILABLE',
  'PROVIDER_TIMEOUT',
  'INTERNAL'
]
const REFUSAL_CODES: readonly ErrorCode[] = ['INVALID_SIGNATURE', 'INVALID_CLAIMS', 'RATE_LIMITED', 'OVERLOADED']

/** What never happened is 0: from nothing to 1 is no increase in Prometheus' eyes. */
function beginAtZero(to: Instruments, { actions, providers, basePaths }: MetricsNames): void {
  const statusAndCode = (code: ErrorCode) => ({ status: String(errorCatalogue[code].status), code })
  for (const code of REFUSAL_CODES) to.calls.inc({ action: NO_ACTION, ...statusAndCode(code) }, 0)
  to.calls.inc({ action: UNKNOWN_ACTION, ...statusAndCode('ACTION_NOT_FOUND') }, 0)
  for (const action of actions) {
    to.calls.inc({ action, status: '200', code: OK }, 0)
    for (const code of CALL_CODES) to.calls.inc({ action, ...statusAndCode(code) }, 0)
    to.nothingShown.inc({ action }, 0)
  }
  for (const provider of providers) to.fetches.inc({ provider, finding: OK }, 0)
  for (const base_path of basePaths) {
    for (const code of ['FORWARD_FAILED', 'FORWARD_TIMEOUT'] as const)
      to.forwardedCalls.inc({ base_path, operation: 'invoke', ...statusAndCode(code) }, 0)
  }
  for (const trouble of [...Object.keys(storeTroubles), 'internal']) to.storeErrors.inc({ trouble }, 0)
}
