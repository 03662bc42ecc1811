// Who may read the metrics.
import t, { type Test } from 'tap'
import { errorOf, MANAGEMENT_TOKEN, startBridge } from '../helpers/bridge.ts'
import { parseMetrics } from '../helpers/metrics.ts'

const METRICS_TOKEN = 'a-token-for-metrics'

async function start(t: Test, metrics?: object) {
  const { get } = await startBridge(t, { management: { token: MANAGEMENT_TOKEN, ...(metrics && { metrics }) } })
  return (path: string, token?: string) =>
    get('management', path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
}

t.test('the token of the management API opens them', async t => {
  const ask = await start(t)
  const answer = await ask('metrics', MANAGEMENT_TOKEN)
  t.equal(answer.status, 200)
  t.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  const samples = parseMetrics(await answer.text())
  t.match(
    samples.find(({ name }) => name === 'quota_bridge_build_info'),
    { labels: { version: /^\d+\.\d+\.\d+/, node: process.versions.node }, value: 1 }
  )
  for (const name of [
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_mean_seconds',
    'process_cpu_seconds_total'
  ])
    t.ok(
      samples.some(sample => sample.name === name),
      name
    )
  t.match(await errorOf(await ask('metrics')), { status: 401, code: 'UNAUTHORIZED', wellFormed: true })
  t.match(await errorOf(await ask('metrics', METRICS_TOKEN)), { status: 401, code: 'UNAUTHORIZED' })
})

t.test('a token of their own opens them, and nothing else', async t => {
  const ask = await start(t, { token: [{ name: 'prometheus', token: METRICS_TOKEN }] })
  t.equal((await ask('metrics', METRICS_TOKEN)).status, 200)
  t.equal((await ask('metrics', MANAGEMENT_TOKEN)).status, 200)
  t.equal((await ask('metrics')).status, 401)
  t.equal((await ask('openapi.yaml', METRICS_TOKEN)).status, 401)
})

t.test('where they are open nobody needs a token, for them alone', async t => {
  const ask = await start(t, { open: true })
  t.equal((await ask('metrics')).status, 200)
  t.equal((await ask('metrics', 'some-token')).status, 200)
  t.equal((await ask('openapi.yaml')).status, 401)
})

t.test('the public listener has none', async t => {
  const { get } = await startBridge(t, { management: { token: MANAGEMENT_TOKEN, metrics: { open: true } } })
  t.equal((await get('public', 'metrics')).status, 404)
})
