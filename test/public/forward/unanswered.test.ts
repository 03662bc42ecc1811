// Without `forward`, whoever looks after the service learns that the action's other methods are answered by nobody.
import { mock } from 'node:test'
import { pino } from 'pino'
import t from 'tap'
import { createUnanswered } from '../../../src/public/forward/unanswered.ts'
import { startBridge } from '../../helpers/bridge.ts'
import { logSink } from '../../helpers/log-sink.ts'

t.test('a call below the base path is told what to set, and so is the log; others are not', async t => {
  const { service, log } = await startBridge(t, { server: { basePath: '/quota' } })
  const { origin } = new URL(service.publicUrl)
  const post = async (path: string) =>
    (await fetch(origin + path, { method: 'POST', body: 'x'.repeat(100_000) })).json()
  t.match(await post('/quota//v1/invoke?secret=1'), {
    message: /^Nobody answers this path/,
    applicationError: { code: 'NOT_FOUND', description: /^Set forward: \{ to: … \} in the configuration/ }
  })
  for (const path of ['/v1/invoke', '/health/x', '/v1/upgrade/x', '/quota/v1/quota-info/x', '/quota/%2e%2e%2fx'])
    t.match(await post(path), { applicationError: { code: 'NOT_FOUND', description: /^Quota calls go to/ } }, path)
  const warnings = log.map(line => JSON.parse(line)).filter(({ level }) => level === 'warn')
  t.match(warnings, [{ path: '/quota//v1/invoke', calls: 1, msg: /nobody answers this path: set forward:/ }])
  t.equal(warnings.length, 1)
})

t.test('each path is told at once, then once a minute with a count, and forgotten after a quiet minute', async t => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(() => mock.timers.reset())
  const { sink, lines } = logSink()
  const unanswered = createUnanswered(pino(sink))
  const told = () =>
    lines
      .splice(0)
      .map(line => JSON.parse(line))
      .map(({ path, calls }) => `${path} ${calls}`)
  for (let call = 0; call < 500; call++) unanswered('/v1/invoke')
  unanswered('/v1/other')
  t.strictSame(told(), ['/v1/invoke 1', '/v1/other 1'])
  mock.timers.tick(59_999)
  t.strictSame(told(), [])
  mock.timers.tick(1)
  t.strictSame(told(), ['/v1/invoke 499'])
  unanswered('/v1/invoke')
  unanswered('/v1/other')
  t.strictSame(told(), ['/v1/other 1'], 'which was forgotten')
  mock.timers.tick(60_000)
  t.strictSame(told(), ['/v1/invoke 1'])
  mock.timers.tick(60_000)
  unanswered('/v1/invoke')
  t.strictSame(told(), ['/v1/invoke 1'], 'at once again')
})

t.test('whoever tries out paths fills neither memory nor log', async t => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(() => mock.timers.reset())
  const { sink, lines } = logSink()
  const unanswered = createUnanswered(pino(sink))
  for (let path = 0; path < 10_000; path++) unanswered(`/${path}/${'a'.repeat(10_000)}`)
  t.equal(lines.length, 101)
  t.ok(lines.join('').length < 50_000)
  t.match(JSON.parse(lines.at(-1) ?? ''), { path: 'other paths', calls: 1 })
  lines.length = 0
  mock.timers.tick(60_000)
  t.match(
    lines.map(line => JSON.parse(line)),
    [{ path: 'other paths', calls: 9899 }]
  )
})
