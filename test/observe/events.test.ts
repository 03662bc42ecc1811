// Who publishes knows nobody who listens, and suffers from nobody.
import { pino } from 'pino'
import t from 'tap'
import { createObserver, type ServiceEvent } from '../../src/observe/events.ts'
import { createEventLog } from '../../src/observe/log.ts'
import { createWatch } from '../../src/public/watch.ts'
import type { Fetched } from '../../src/quota/show.ts'
import { logSink } from '../helpers/log-sink.ts'

const key = { provider: 'p', instanceId: 'site' }
const call = { actionKey: 'a', instanceId: 'site', requestId: '1' }
const event: ServiceEvent = { kind: 'fetch-done', key, call, upstreamMs: 3 }

t.test('every listener hears every event, also behind one that is broken', async t => {
  const broken: unknown[] = []
  const heard: string[] = []
  const { publish, subscribe } = createObserver(error => broken.push(error))
  subscribe(({ kind }) => heard.push(`first ${kind}`))
  subscribe(() => {
    throw new Error('broken')
  })
  subscribe(({ kind }) => heard.push(`last ${kind}`))
  publish(event)
  t.strictSame(heard, ['first fetch-done', 'last fetch-done'])
  t.match(broken, [{ message: 'broken' }])
})

t.test('a fetch that several calls wait for is told of once, under the call that began it', async t => {
  const events: ServiceEvent[] = []
  const { onFetch } = createWatch(heard => events.push(heard))
  const report = { vocabulary: 'v', account: 'a', groups: [] }
  const fetched: Fetched = { snapshot: { report, fetchedAt: 0, fingerprint: 'f' }, upstreamMs: 3 }
  const request = {
    key,
    call,
    connection: {},
    fingerprint: 'f',
    shows: () => true,
    freshness: { freshForMs: 0, patienceMs: 0, deadlineMs: 0, keepForMs: 0 },
    provider: {
      fetchReport: async () => report,
      check: async () => ({ health: 'ok' as const }),
      upgradeUrl: () => undefined,
      close: async () => {}
    }
  }
  const fetching = Promise.resolve(fetched)
  onFetch(request, fetching)
  onFetch({ ...request, call: { actionKey: 'another' } }, fetching)
  await fetching
  t.strictSame(events, [event])
})

t.test('a fault of ours that no call waits for any more is in the log all the same', async t => {
  const { sink, lines } = logSink()
  const log = createEventLog(pino(sink), Date.now)
  log.listener({ kind: 'fetch-broke', key, call, error: new TypeError('the shelf is empty') })
  t.match(JSON.parse(lines.join('')), {
    level: 50,
    provider: 'p',
    action: 'a',
    site: 'site',
    err: { message: 'the shelf is empty' },
    msg: 'a fetch failed through a fault of ours'
  })
})
