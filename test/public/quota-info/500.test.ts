// POST /v1/quota-info answers 500: our fault, of which no detail leaves the process.
import { pino } from 'pino'
import t from 'tap'
import { errorOf } from '../../helpers/bridge.ts'
import { startBrokenApp } from '../../helpers/broken-app.ts'
import { logSink } from '../../helpers/log-sink.ts'

t.test('an error nobody foresaw is INTERNAL outside, and whole in the log', async t => {
  const { sink, lines } = logSink()
  const url = await startBrokenApp(t, pino(sink))
  const response = await fetch(url, { method: 'POST', body: 'x' })
  const text = await response.clone().text()
  t.match(await errorOf(response), { status: 500, code: 'INTERNAL', wellFormed: true })
  t.notMatch(text, /shelf|TypeError|\.ts\b| {4}at /)
  t.match(lines.join(''), /shelf of the inner room/)
  t.equal((await fetch(url, { method: 'POST', body: 'x' })).status, 500, 'and the next call is taken on')
})
