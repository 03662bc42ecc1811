// Traces of a whole service, as a collector receives them: what is a part of which call, and what never gets into them.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type Bridge, type BridgeOptions, MANAGEMENT_TOKEN, startBridge } from '../helpers/bridge.ts'
import { type Collector, type ReceivedSpan, startCollector } from '../helpers/collector.ts'
import { startPostgres } from '../helpers/postgres.ts'
import { startTarget } from '../helpers/target.ts'

const SITE = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
const SERVER = 2
const CLIENT = 3
const ERROR = 2
const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

/** A service that traces to a collector of the test's own; `environment` is beside where that is. */
async function start(
  t: Test,
  options: BridgeOptions = {},
  environment: NodeJS.ProcessEnv = {}
): Promise<Bridge & { collector: Collector; flush(): Promise<ReceivedSpan[]> }> {
  const collector = await startCollector(t)
  setEnvironment(t, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...environment })
  const bridge = await startBridge(t, { management: { token: MANAGEMENT_TOKEN }, traced: true, ...options })
  const flush = async () => {
    await bridge.service.close()
    return collector.spans
  }
  return { ...bridge, collector, flush }
}

function setEnvironment(t: Test, environment: NodeJS.ProcessEnv): void {
  const before = Object.keys(environment).map(name => [name, process.env[name]] as const)
  Object.assign(process.env, environment)
  t.teardown(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
}

const linesOf = ({ log }: Bridge, msg: string) => log.map(line => JSON.parse(line)).filter(line => line.msg === msg)

/** The one server's span, and the names of all that are a part of it. */
function onlyTrace(t: Test, spans: readonly ReceivedSpan[]) {
  const [server, ...more] = spans.filter(({ kind }) => kind === SERVER)
  t.strictSame(more, [], 'one call')
  const parts = spans.filter(span => span !== server)
  t.ok(
    parts.every(
      ({ traceId, parentSpanId, kind }) =>
        traceId === server?.traceId && parentSpanId === server.spanId && kind === CLIENT
    ),
    'all else is a part of it'
  )
  return { server, parts }
}

for (const [engine, urlOf] of Object.entries({
  sqlite: async (t: Test) => `file:${join(t.testdir(), 'quota-bridge.db')}`,
  postgresql: async (t: Test) => (await startPostgres(t)).newDatabase()
}))
  t.test(`a call is a span, and so is each request to the upstream and to ${engine} that it made`, async t => {
    const bridge = await start(t, { store: { url: await urlOf(t) } })
    const { docspace, get, call } = bridge
    const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
    const headers = { authorization: `Bearer ${MANAGEMENT_TOKEN}` }
    await get('management', `v1/connections/sites/${SITE}`, {
      method: 'PUT',
      headers,
      body: JSON.stringify(connection)
    })
    await get('public', 'health/live')
    const answer = await call('site-room', ({ data, ...claims }) => ({
      ...claims,
      data: { ...Object(data), metadata: { instanceId: SITE, languages: ['en'] } }
    }))
    t.equal(answer.status, 200)
    const { server, parts } = onlyTrace(t, await bridge.flush())
    t.match(server, {
      name: 'POST /v1/quota-info',
      status: 0,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/quota-info',
        'http.response.status_code': 200,
        'quota_bridge.action': 'site-room',
        'quota_bridge.provider': 'sites',
        'quota_bridge.served': 'miss',
        'quota_bridge.age_ms': 0
      }
    })
    t.notOk(server?.parentSpanId)
    const names = parts.map(({ name }) => name)
    for (const name of [
      'sites quota',
      'sites tariff',
      'select connections',
      'select snapshots',
      'insert snapshots',
      'commit'
    ])
      t.ok(names.includes(name), name)
    const lookup = parts.find(({ name }) => name === 'select connections')
    t.match(lookup?.attributes, {
      'db.system.name': engine,
      'db.operation.name': 'select',
      'db.collection.name': 'connections'
    })
    t.ok(parts.every(({ ms }) => ms >= 0))
    t.match(parts.find(({ name }) => name === 'sites quota')?.attributes, {
      'http.request.method': 'GET',
      'quota_bridge.provider': 'sites',
      'quota_bridge.operation': 'quota'
    })
    const [line] = linesOf(bridge, 'quota told')
    t.match(line, { trace_id: server?.traceId, span_id: server?.spanId }, 'the log says which trace it is')
    t.match(linesOf(bridge, 'listening')[0], { trace_id: undefined })
    t.match(bridge.collector.resource, { 'service.name': 'quota-bridge', 'service.version': /^\d/ })
    const all = JSON.stringify(bridge.collector.spans)
    for (const secret of [SITE, docspace.url, ...docspace.secrets]) t.notOk(all.includes(secret))
  })

t.test('what failed is an error, where it is not the caller who was wrong', async t => {
  const bridge = await start(t)
  bridge.docspace.fail('status-500')
  t.equal((await bridge.call('create-room')).status, 503)
  t.equal((await bridge.call('nowhere')).status, 404)
  t.equal((await bridge.post('not signed')).status, 401)
  const spans = await bridge.flush()
  const servers = spans.filter(({ kind }) => kind === SERVER)
  t.match(servers, [
    { status: ERROR, attributes: { 'http.response.status_code': 503, 'error.type': 'QUOTA_UNAVAILABLE' } },
    { status: 0, attributes: { 'http.response.status_code': 404, 'error.type': 'ACTION_NOT_FOUND' } },
    { status: 0, attributes: { 'http.response.status_code': 401, 'error.type': 'INVALID_SIGNATURE' } }
  ])
  t.notOk(JSON.stringify(spans).includes('nowhere'), 'an action that is not configured is not named')
  t.match(
    spans.find(({ name }) => name === 'docspace quota'),
    {
      status: ERROR,
      parentSpanId: servers[0]?.spanId,
      attributes: { 'error.type': 'upstream-error', 'quota_bridge.reason': 'HTTP 500' }
    }
  )
})

t.test('a call that is passed on is a span with one below it, and goes on as it came', async t => {
  const target = await startTarget(t)
  const bridge = await start(t, { forward: { to: target.url } })
  const post = (headers: Record<string, string>) =>
    bridge.get('public', 'v1/invoke', { method: 'POST', body: 'x', headers })
  await post({})
  await post({ traceparent: TRACEPARENT })
  const [own, told] = target.seen
  t.notOk(own?.headers.traceparent)
  t.equal(told?.headers.traceparent, TRACEPARENT)
  const spans = await bridge.flush()
  const servers = spans.filter(({ kind }) => kind === SERVER)
  t.match(servers, [{ name: 'POST' }, { name: 'POST' }])
  t.match(
    spans.filter(({ kind }) => kind === CLIENT),
    servers.map(({ spanId }) => ({
      name: 'forward invoke',
      parentSpanId: spanId,
      attributes: { 'quota_bridge.base_path': '/', 'http.response.status_code': 200 }
    }))
  )
  t.match(
    linesOf(bridge, 'passed on'),
    servers.map(({ traceId }) => ({ trace_id: traceId }))
  )
})

t.test('only a proxy that is believed says which trace a call belongs to', async t => {
  const traceIdWith = async (options: BridgeOptions, headers: Record<string, string>) => {
    const bridge = await start(t, options)
    await bridge.post('not signed', headers)
    const [span] = await bridge.flush()
    return { traceId: span?.traceId, parentSpanId: span?.parentSpanId }
  }
  const [, traceId, spanId] = TRACEPARENT.split('-')
  const proxied = { traceparent: TRACEPARENT, 'x-forwarded-for': '203.0.113.7' }
  const trusting = { server: { trustProxy: ['loopback'] } }
  t.strictSame(await traceIdWith(trusting, proxied), { traceId, parentSpanId: spanId })
  t.not((await traceIdWith({}, proxied)).traceId, traceId, 'from outside')
  t.not((await traceIdWith(trusting, { ...proxied, traceparent: '00-0-0-01' })).traceId, traceId, 'of no form')
})

t.test('what no call began is no trace', async t => {
  const bridge = await start(t, { docspace: { checkOnStart: true } })
  while (linesOf(bridge, 'the connection in the configuration works').length === 0)
    await bridge.get('management', 'health/ready')
  t.strictSame(await bridge.flush(), [])
  t.strictSame(linesOf(bridge, 'internal error'), [])
})

t.test('the environment names the service, and which traces are kept', async t => {
  const kept = async (environment: NodeJS.ProcessEnv) => {
    const bridge = await start(t, {}, environment)
    await bridge.post('not signed')
    const spans = await bridge.flush()
    return { ...bridge, spans }
  }
  const named = await kept({
    OTEL_SERVICE_NAME: 'quotas-eu',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=collector-key',
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '1'
  })
  t.equal(named.spans.length, 1)
  t.match(named.collector.resource, { 'service.name': 'quotas-eu', 'deployment.environment.name': 'test' })
  t.match(named.collector.requests, [{ url: '/v1/traces', headers: { 'x-api-key': 'collector-key' } }])
  t.notMatch(named.log.join(''), 'collector-key')
  for (const sampler of ['always_off', 'parentbased_always_off']) {
    const { spans } = await kept({ OTEL_TRACES_SAMPLER: sampler })
    t.strictSame(spans, [], sampler)
  }
  for (const [sampler, ratio] of [
    ['parentbased_always_on', ''],
    ['parentbased_traceidratio', '1'],
    ['always_on', '0']
  ] as const) {
    const { spans } = await kept({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio })
    t.equal(spans.length, 1, sampler)
  }
  for (const [sampler, ratio] of [
    ['jaeger_remote', ''],
    ['traceidratio', 'often']
  ] as const) {
    const mistaken = await kept({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio })
    t.equal(mistaken.spans.length, 1)
    t.match(mistaken.log.join(''), /"sampler":"\w+","msg":"OTEL_TRACES_SAMPLER is not known/)
  }
})

t.test('another protocol than ours is warned of', async t => {
  const { log } = await start(t, {}, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })
  t.match(log.join(''), '"protocol":"grpc","msg":"traces are sent by http/json alone; the collector must take that"')
})

t.test('a collector that refuses or is not there costs no answer, and is warned of', async t => {
  for (const [status, reason] of [
    [400, '400'],
    [0, 'ECONNREFUSED']
  ] as const) {
    const collector = await startCollector(t, status || 200)
    setEnvironment(t, {
      OTEL_EXPORTER_OTLP_ENDPOINT: status === 0 ? 'http://127.0.0.1:9' : collector.url,
      OTEL_EXPORTER_OTLP_TIMEOUT: '500'
    })
    const bridge = await startBridge(t, { traced: true })
    t.equal((await bridge.call('create-room')).status, 200)
    const started = performance.now()
    await bridge.service.close()
    t.ok(performance.now() - started < 10_000, 'the stop does not wait for it')
    const [line, ...more] = linesOf(bridge, 'traces cannot be delivered')
    t.match(line, { level: 'warn', reason, calls: 1, remedy: /OTEL_EXPORTER_OTLP_ENDPOINT/ })
    t.strictSame(more, [])
  }
})
