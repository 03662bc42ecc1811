// What each event adds to the metrics, to the last digit.
import t from 'tap'
import type { ServiceEvent } from '../../src/observe/events.ts'
import { createMetrics, type Standing } from '../../src/observe/metrics.ts'
import { metricsOf } from '../helpers/metrics.ts'

const NOBODY: Standing = { connections: [], credentialsEndAt: new Map() }
const DAY_MS = 86_400_000

/** The metrics after some events; `of` gives the value of one of them. */
function start(standing: () => Promise<Standing> = async () => NOBODY) {
  const names = { actions: ['create-room'], providers: ['portal'], basePaths: ['/'] }
  const metrics = createMetrics({ ...names, standing, now: () => 10 * DAY_MS })
  return {
    tell(...events: ServiceEvent[]) {
      for (const event of events) metrics.listener(event)
    },
    async read() {
      const { value } = metricsOf((await metrics.read()).text)
      return (name: string, labels: Record<string, string>) => value({ name: `quota_bridge_${name}`, labels })
    }
  }
}

const key = { provider: 'portal', instanceId: '' }
const call = { actionKey: 'create-room' }
const failure = { code: 'INTERNAL' as const, message: 'm', remedy: 'r' }

t.test('times are told in seconds', async t => {
  const { tell, read } = start()
  tell(
    { kind: 'call-answered', route: 'quota-info', status: 200, ms: 1500, quota: { actionKey: 'create-room' } },
    {
      kind: 'call-answered',
      route: 'quota-info',
      status: 200,
      ms: 500,
      quota: { ...call, provider: 'portal', served: 'stale', ageMs: 7000 }
    },
    { kind: 'upstream-called', provider: 'portal', operation: 'quota', method: 'GET', ms: 250 },
    { kind: 'call-forwarded', basePath: '/', operation: 'invoke', ms: 4000 },
    { kind: 'store-called', engine: 'sqlite', operation: 'select', table: 'marks', ms: 3 }
  )
  const of = await read()
  t.equal(of('call_duration_seconds_sum', { action: 'create-room' }), 2)
  t.equal(of('shown_age_seconds_sum', { provider: 'portal' }), 7)
  t.equal(of('upstream_call_duration_seconds_sum', { provider: 'portal', operation: 'quota' }), 0.25)
  t.equal(of('forwarded_call_duration_seconds_sum', { base_path: '/', operation: 'invoke' }), 4)
  t.equal(of('store_call_duration_seconds_sum', { operation: 'select', table: 'marks' }), 0.003)
})

t.test('a fetch is counted by the replica that made it, under what was found', async t => {
  const { tell, read } = start()
  tell(
    { kind: 'fetch-done', key, call, upstreamMs: 12 },
    { kind: 'fetch-done', key, call, upstreamMs: 0 },
    { kind: 'fetch-failed', key, call, failure: { ...failure, finding: 'timeout' } },
    { kind: 'fetch-failed', key, call, failure },
    { kind: 'fetch-broke', key, call, error: new Error('a secret') },
    { kind: 'call-failed', key, call, failure },
    { kind: 'nothing-told', key, call, features: [] }
  )
  const of = await read()
  const fetches = (finding: string) => of('fetches_total', { provider: 'portal', finding })
  t.strictSame(['ok', 'timeout', 'INTERNAL', 'internal-error'].map(fetches), [1, 1, 1, 1])
  t.equal(of('nothing_shown_total', { action: 'create-room' }), 1)
})

t.test('what is passed on is not counted among what is answered here', async t => {
  const { tell, read } = start()
  tell(
    { kind: 'call-answered', route: 'forward', status: 200, ms: 1 },
    { kind: 'call-answered', route: 'none', status: 404, code: 'NOT_FOUND', ms: 1 },
    { kind: 'call-answered', route: 'app-event', ms: 1, code: 'CALLER_GONE' }
  )
  const of = await read()
  t.equal(of('requests_total', { route: 'forward', status: '200', code: 'ok' }), undefined)
  t.equal(of('requests_total', { route: 'none', status: '404', code: 'NOT_FOUND' }), 1)
  t.equal(of('requests_total', { route: 'app-event', status: 'none', code: 'CALLER_GONE' }), 1)
})

t.test('what failed in the database is counted by what was the matter', async t => {
  const { tell, read } = start()
  const query = { kind: 'store-called', engine: 'postgres', operation: 'insert', table: 'marks', ms: 1 } as const
  tell(query, { ...query, failure: 'disk-full' }, { ...query, failure: 'internal' })
  const of = await read()
  const errors = (trouble: string) => of('store_errors_total', { trouble })
  t.strictSame(['disk-full', 'internal', 'unavailable'].map(errors), [1, 1, 0])
  t.equal(of('store_call_duration_seconds_count', { operation: 'insert', table: 'marks' }), 3)
})

t.test('connections are as they are when they are read, however often', async t => {
  let standing: Standing = {
    connections: [
      { provider: 'portal', health: 'ok', count: 2 },
      { provider: 'portal', health: 'ok', count: 3 }
    ],
    credentialsEndAt: new Map([['portal', 14 * DAY_MS]])
  }
  const { read } = start(async () => standing)
  await read()
  const of = await read()
  t.equal(of('connections', { provider: 'portal', health: 'ok' }), 5)
  t.equal(of('connections', { provider: 'portal', health: 'failing' }), 0)
  t.equal(of('credential_days_left', { provider: 'portal' }), 4)
  standing = NOBODY
  const later = await read()
  t.equal(later('connections', { provider: 'portal', health: 'ok' }), undefined)
  t.equal(later('credential_days_left', { provider: 'portal' }), undefined)
})
