// The first of a kind is told at once, the others are counted, and nobody fills memory or log with ever new kinds.
import { mock } from 'node:test'
import { pino } from 'pino'
import t from 'tap'
import { createCountedWarnings } from '../../src/observe/counted-warnings.ts'
import { logSink } from '../helpers/log-sink.ts'

const of = (path: string) => ({ kind: path, fields: { path }, message: 'nobody answers this path' })

t.test('each kind is told at once, then once a minute with a count, and forgotten after a quiet minute', async t => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(() => mock.timers.reset())
  const { sink, lines } = logSink()
  const warn = createCountedWarnings(pino(sink), of('other paths'))
  const unanswered = (path: string) => warn(of(path))
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

t.test('whoever makes up new kinds fills neither memory nor log', async t => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(() => mock.timers.reset())
  const { sink, lines } = logSink()
  const warn = createCountedWarnings(pino(sink), of('other paths'))
  const unanswered = (path: string) => warn(of(path))
  for (let path = 0; path < 10_000; path++) unanswered(`/${path}`)
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
