// GET /metrics of a whole service: what it tells of each kind of work, who may read it, and what never gets into it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type Bridge, type BridgeOptions, MANAGEMENT_TOKEN, startBridge, TODAY } from '../helpers/bridge.ts'
import { readMetrics, type Sample } from '../helpers/metrics.ts'
import { startTarget } from '../helpers/target.ts'

const management = { token: MANAGEMENT_TOKEN }

const start = (t: Test, options: BridgeOptions = {}) => startBridge(t, { management, ...options })

const manage = ({ get }: Bridge, method: string, path: string, body?: unknown) =>
  get('management', path, {
    method,
    headers: { authorization: `Bearer ${MANAGEMENT_TOKEN}` },
    ...(body !== undefined && { body: JSON.stringify(body) })
  })

/** The answer of a call is read before the service hears that it has left. */
async function until(bridge: Bridge, ...expected: Sample[]) {
  for (let tries = 0; tries < 100; tries++) {
    const metrics = await readMetrics(bridge)
    if (expected.every(sample => metrics.value(sample) === sample.value)) return metrics
    await sleep(20)
  }
  return readMetrics(bridge)
}

t.test('quota calls are counted by action, status and code, with how long they took and what was shown', async t => {
  const bridge = await start(t, { docspace: { freshFor: '60s', keepFor: '1h' } })
  await bridge.call('create-room')
  await bridge.call('create-room')
  await bridge.call('nowhere')
  await bridge.post('not signed')
  const action = 'create-room'
  const metrics = await until(bridge, {
    name: 'quota_bridge_calls_total',
    labels: { action: '(none)', status: '401', code: 'INVALID_SIGNATURE' },
    value: 1
  })
  const calls = (labels: Record<string, string>) => metrics.value({ name: 'quota_bridge_calls_total', labels })
  t.equal(calls({ action, status: '200', code: 'ok' }), 2)
  t.equal(calls({ action: '(unknown)', status: '404', code: 'ACTION_NOT_FOUND' }), 1)
  t.equal(calls({ action: '(none)', status: '401', code: 'INVALID_SIGNATURE' }), 1)
  t.equal(metrics.value({ name: 'quota_bridge_call_duration_seconds_count', labels: { action } }), 2)
  const provider = 'docspace'
  t.equal(metrics.value({ name: 'quota_bridge_answers_total', labels: { provider, served: 'miss' } }), 1)
  t.equal(metrics.value({ name: 'quota_bridge_answers_total', labels: { provider, served: 'hit' } }), 1)
  t.equal(metrics.value({ name: 'quota_bridge_shown_age_seconds_count', labels: { provider } }), 2)
  t.equal(metrics.value({ name: 'quota_bridge_fetches_total', labels: { provider, finding: 'ok' } }), 1)
  t.equal(
    metrics.value({ name: 'quota_bridge_requests_total', labels: { route: 'quota-info', status: '200', code: 'ok' } }),
    2
  )
})

t.test('calls to an upstream are counted by what was asked and found, each try', async t => {
  const bridge = await start(t)
  const provider = 'docspace'
  const upstream = (operation: string, finding: string) => ({
    name: 'quota_bridge_upstream_calls_total',
    labels: { provider, operation, finding }
  })
  bridge.docspace.fail('status-502', 'quota')
  await bridge.call('create-room')
  bridge.docspace.fail('wrong-schema', 'quota')
  await bridge.call('create-room')
  bridge.docspace.fail(undefined, 'quota')
  await bridge.call('create-room')
  const metrics = await until(bridge, { ...upstream('quota', 'ok'), value: 1 })
  t.equal(metrics.value(upstream('quota', 'upstream-error')), 2, 'it was tried again')
  t.equal(metrics.value(upstream('quota', 'answer-invalid')), 1)
  t.equal(metrics.value(upstream('quota', 'ok')), 1)
  t.ok(Number(metrics.value(upstream('tariff', 'ok'))) > 0)
  const timed = { name: 'quota_bridge_upstream_call_duration_seconds_count', labels: { provider, operation: 'quota' } }
  t.equal(metrics.value(timed), 4)
  const fetches = (finding: string) =>
    metrics.value({ name: 'quota_bridge_fetches_total', labels: { provider, finding } })
  t.strictSame(['upstream-error', 'answer-invalid', 'ok'].map(fetches), [1, 1, 1])
})

t.test('what a mapped API is asked is called as the configuration calls it', async t => {
  const { url } = await startTarget(t, {
    answer: (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"used":3,"limit":10}')
  })
  const bridge = await start(t, {
    providers: {
      mapped: {
        type: 'http',
        allowPrivateHosts: true,
        requests: { usage: { get: `${url}/usage` } },
        account: 'ours',
        quotas: { mails: { names: { en: 'Mails' }, used: { at: 'usage#/used' }, limit: { at: 'usage#/limit' } } }
      }
    },
    actions: { mails: { provider: 'mapped' } }
  })
  await bridge.call('mails')
  const expected = {
    name: 'quota_bridge_upstream_calls_total',
    labels: { provider: 'mapped', operation: 'usage', finding: 'ok' },
    value: 1
  }
  t.equal((await until(bridge, expected)).value(expected), 1)
})

t.test('breakers are counted by their state, from the first call on', async t => {
  const bridge = await start(t)
  const breakers = (scope: string, state: string) => ({
    name: 'quota_bridge_breakers',
    labels: { provider: 'docspace', scope, state }
  })
  await bridge.call('create-room')
  const before = await readMetrics(bridge)
  t.equal(before.value(breakers('origin', 'closed')), 1)
  t.equal(before.value(breakers('credentials', 'closed')), 1)
  bridge.docspace.fail('reset')
  for (let calls = 0; calls < 6; calls++) await bridge.call('create-room')
  const after = await readMetrics(bridge)
  t.equal(after.value(breakers('origin', 'open')), 1)
  t.equal(after.value(breakers('origin', 'closed')), 0)
  t.equal(after.value(breakers('credentials', 'closed')), 1)
})

t.test('calls that are passed on are counted by base path, method, status and code', async t => {
  const target = await startTarget(t, { answer: (_request, response) => response.writeHead(418).end('tea') })
  const bridge = await start(t, { forward: { to: target.url, maxBodySize: '1KiB' } })
  const post = (path: string, body = 'x') => bridge.get('public', path, { method: 'POST', body })
  await post('v1/invoke?secret=1')
  await post('/v1/validate-configuration')
  await post('v1/on-save')
  await post('v1/invoke', 'x'.repeat(1025))
  const forwarded = (operation: string, status: string, code: string) => ({
    name: 'quota_bridge_forwarded_calls_total',
    labels: { base_path: '/', operation, status, code },
    value: 1
  })
  const expected = [
    forwarded('invoke', '418', 'ok'),
    forwarded('validate-configuration', '418', 'ok'),
    forwarded('other', '418', 'ok'),
    forwarded('invoke', '413', 'PAYLOAD_TOO_LARGE')
  ]
  const metrics = await until(bridge, ...expected)
  t.strictSame(
    expected.map(sample => metrics.value(sample)),
    [1, 1, 1, 1]
  )
  t.equal(metrics.value(forwarded('invoke', '502', 'FORWARD_FAILED')), 0, 'what never happened is 0')
  const { labels } = forwarded('invoke', '', '')
  t.equal(
    metrics.value({
      name: 'quota_bridge_forwarded_call_duration_seconds_count',
      labels: { base_path: labels.base_path, operation: 'invoke' }
    }),
    2
  )
})

t.test('a caller that hangs up is answered by nobody', async t => {
  const target = await startTarget(t, { answer: () => {} })
  const bridge = await start(t, { forward: { to: target.url } })
  const hangUp = new AbortController()
  const call = bridge.get('public', 'v1/invoke', { method: 'POST', body: 'x', signal: hangUp.signal })
  while (target.seen.length === 0) await sleep(5)
  hangUp.abort()
  await t.rejects(call)
  const expected = {
    name: 'quota_bridge_forwarded_calls_total',
    labels: { base_path: '/', operation: 'invoke', status: 'none', code: 'CALLER_GONE' },
    value: 1
  }
  t.equal((await until(bridge, expected)).value(expected), 1)
})

t.test('connections are counted by health, and the days are told until the first credentials end', async t => {
  const bridge = await start(t, {
    store: { url: `file:${join(t.testdir(), 'quota-bridge.db')}` },
    docspace: { checkOnStart: true }
  })
  const connections = (provider: string, health: string) => ({
    name: 'quota_bridge_connections',
    labels: { provider, health }
  })
  const daysLeft = (provider: string) => ({ name: 'quota_bridge_credential_days_left', labels: { provider } })
  const at = (days: number) => new Date(TODAY.getTime() + days * 86_400_000).toISOString()
  const portals = [10.5, 30].map(days => Object.assign(bridge.docspace.addPortal('business'), { keysEndAt: at(days) }))
  const [soon, later] = portals.map(portal => ({ url: bridge.docspace.url, apiKey: portal.keys.owner }))
  const plain = { url: bridge.docspace.url, apiKey: bridge.docspace.portal.keys.user }
  for (const [site, connection] of Object.entries({ a: later, b: soon, c: plain }))
    t.equal((await manage(bridge, 'PUT', `v1/connections/sites/${site}`, connection)).status, 201)
  await manage(bridge, 'PUT', 'v1/connections/sites/d?check=false', { ...plain, apiKey: 'sk-none' })
  const metrics = await until(bridge, { ...connections('docspace', 'ok'), value: 1 })
  t.equal(metrics.value(connections('sites', 'ok')), 2)
  t.equal(metrics.value(connections('sites', 'limited')), 1)
  t.equal(metrics.value(connections('sites', 'unchecked')), 1)
  t.equal(metrics.value(daysLeft('sites')), 10.5)
  t.equal(metrics.value(daysLeft('docspace')), undefined, 'a key that never ends has no days')
  t.match(
    metrics.value({
      name: 'quota_bridge_store_call_duration_seconds_count',
      labels: { operation: 'commit', table: '' }
    }),
    Number
  )
  t.equal(metrics.value({ name: 'quota_bridge_store_errors_total', labels: { trouble: 'disk-full' } }), 0)
})

t.test('every metric of ours is in the documentation', async t => {
  const { text } = await readMetrics(await start(t))
  const names = [...text.matchAll(/^# TYPE (quota_bridge_\w+) /gm)].map(([, name = '']) => name)
  t.ok(names.length > 15)
  const page = readFileSync('docs/operating.md', 'utf8')
  for (const name of names) t.ok(page.includes(`\`${name}\``), name)
})
