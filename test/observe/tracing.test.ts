// Traces are off, and OpenTelemetry not even loaded, unless the environment says where they go.
import { writeFileSync } from 'node:fs'
import t from 'tap'
import { createFakeWix } from '../../src/devkit/fake-wix.ts'
import { wantsTraces } from '../../src/observe/tracing.ts'
import { startCollector } from '../helpers/collector.ts'
import { preloading, run, SOURCES } from '../helpers/process.ts'

t.test('the environment turns them on, by any of the words that it has for that', async t => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }
  t.notOk(wantsTraces({}))
  t.notOk(wantsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: '' }))
  t.ok(wantsTraces(endpoint))
  t.ok(wantsTraces({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }))
  t.ok(wantsTraces({ ...endpoint, OTEL_SDK_DISABLED: 'false', OTEL_TRACES_EXPORTER: 'otlp' }))
  t.notOk(wantsTraces({ ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }))
  t.notOk(wantsTraces({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }))
})

/** Says of each module of OpenTelemetry's SDK that it is loaded. */
const PRELOAD = `
import { registerHooks } from 'node:module'
registerHooks({
  load(url, context, next) {
    if (url.includes('@opentelemetry/sdk-trace/')) process.stderr.write('loaded ' + url + '\\n')
    return next(url, context)
  }
})
`

t.test('a service without them does not load what makes them; one with them sends them', async t => {
  const dir = t.testdir()
  const wix = createFakeWix()
  const file = `${dir}/quota-bridge.yaml`
  writeFileSync(
    file,
    JSON.stringify({
      wix: { appId: wix.appId, publicKey: wix.publicKeyPem },
      server: { host: '127.0.0.1', port: 0 },
      providers: {
        newsletter: {
          type: 'static',
          groups: [
            {
              plans: [{ id: 'free', name: 'Free' }],
              quotas: [{ feature: 'emails', name: 'Emails', used: 1, limit: 2 }]
            }
          ]
        }
      },
      actions: { 'send-email': { provider: 'newsletter' } }
    })
  )
  const preload = `${dir}/preload.mjs`
  writeFileSync(preload, PRELOAD)
  const { url, spans } = await startCollector(t)
  for (const endpoint of ['', url]) {
    const service = run(t, SOURCES, ['--config', file], {
      ...preloading(preload, SOURCES),
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint
    })
    const [, publicUrl = ''] = await service.until(/"listener":"public","url":"([^"]+)"/)
    t.equal((await wix.ask(publicUrl, { actionKey: 'send-email' })).status, 200)
    service.child.kill('SIGTERM')
    t.equal(await service.ended, 0)
    const isLoaded = /loaded .*@opentelemetry\/sdk-trace/.test(service.stderr())
    t.equal(isLoaded, endpoint !== '', endpoint === '' ? 'without' : 'with')
    const told =
      service
        .stdout()
        .split('\n')
        .find(line => line.includes('quota told')) ?? ''
    t.equal(told.includes('"trace_id"'), endpoint !== '')
  }
  t.match(spans, [{ name: 'POST /v1/quota-info' }])
})
