// POST /v1/quota-info answers 429: more calls at once than this server takes on.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { errorOf, startBridge } from '../../helpers/bridge.ts'

t.test('a call beyond server.maxConcurrentCalls is told when to come back, and the next one is answered', async t => {
  const { call, docspace } = await startBridge(t, { server: { maxConcurrentCalls: 1 } })
  docspace.delayMs = 300
  const first = call('create-room')
  while (docspace.calls.length === 0) await sleep(5)
  const second = await call('create-room')
  t.equal(second.headers.get('retry-after'), '1')
  t.match(await errorOf(second), { status: 429, code: 'RATE_LIMITED', wellFormed: true })
  t.equal((await first).status, 200)
  t.equal((await call('create-room')).status, 200)
})
