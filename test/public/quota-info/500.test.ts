// POST /v1/quota-info answers 500: our fault, of which no detail leaves the process.
import { Writable } from 'node:stream'
import { pino } from 'pino'
import t from 'tap'
import { buildPublicApp } from '../../../src/public/app.ts'
import { errorOf } from '../../helpers/bridge.ts'

t.test('an error nobody foresaw is INTERNAL outside, and whole in the log', async t => {
  const log: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk))
      done()
    }
  })
  const app = buildPublicApp({
    logger: pino(sink),
    basePath: '/',
    maxConcurrentCalls: 1,
    readEnvelope: async () => ({ actionKey: 'create-room', languages: [] }),
    quotas: {
      ask: async () => {
        throw new TypeError('the shelf of the inner room is empty')
      }
    },
    presenter: () => ({ enforced: false, quotaInfo: [] })
  })
  t.teardown(() => app.close())
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/v1/quota-info`
  const response = await fetch(url, { method: 'POST', body: 'x' })
  const text = await response.clone().text()
  t.match(await errorOf(response), { status: 500, code: 'INTERNAL', wellFormed: true })
  t.notMatch(text, /shelf|TypeError|\.ts\b| {4}at /)
  t.match(log.join(''), /shelf of the inner room/)
  t.equal((await fetch(url, { method: 'POST', body: 'x' })).status, 500, 'and the next call is taken on')
})
