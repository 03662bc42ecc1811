// Floods of forged calls: they take no place of a verified call, are answered slowly, and where addresses can be believed not at all.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { createForgeries } from '../../../src/public/forgeries.ts'
import { bodyOf, errorOf, startBridge } from '../../helpers/bridge.ts'

const FLOOD = 80

t.test('forged calls take no place of verified ones', async t => {
  const { call, post, docspace } = await startBridge(t, { server: { maxConcurrentCalls: 1 }, logLevel: 'warn' })
  const forged = Array.from({ length: FLOOD }, () => post('eyJhbGciOiJSUzI1NiJ9.e30.c2ln'))
  t.equal((await bodyOf(await call('create-room'))).actionQuotaInfo.enforced, true)
  for (const answer of await Promise.all(forged)) t.equal(answer.status, 401)
  docspace.delayMs = 200
  const first = call('create-room')
  while (docspace.calls.length < 3) await sleep(5)
  t.match(await errorOf(await call('create-room')), { status: 429, code: 'RATE_LIMITED' })
  t.equal((await first).status, 200)
})

t.test('of a flood the later ones wait for their refusal, verified calls from the same address do not', async t => {
  const { call, post } = await startBridge(t, { logLevel: 'warn' })
  const waits = await Promise.all(
    Array.from({ length: FLOOD }, async () => {
      const started = performance.now()
      t.equal((await post('eyJhbGciOiJSUzI1NiJ9.e30.c2ln')).status, 401)
      return performance.now() - started
    })
  )
  t.ok(waits.filter(ms => ms > 950).length >= FLOOD - 50)
  const started = performance.now()
  t.equal((await call('send-email')).status, 200)
  t.ok(performance.now() - started < 900)
})

t.test('behind a proxy that is believed an address of forgers is refused without looking, others are not', async t => {
  const { post, wix } = await startBridge(t, { server: { trustProxy: ['loopback'] }, logLevel: 'warn' })
  const from = (address: string, body: string) => post(body, { 'x-forwarded-for': address })
  const signed = await wix.sign(wix.payload({ actionKey: 'send-email' }))
  await Promise.all(Array.from({ length: FLOOD }, () => from('203.0.113.7', 'forged')))
  const refused = await from('203.0.113.7', signed)
  t.match(await errorOf(refused.clone()), { status: 429, code: 'RATE_LIMITED', wellFormed: true })
  t.equal(refused.headers.get('retry-after'), '10')
  t.equal((await from('203.0.113.8', signed)).status, 200)
  await Promise.all(Array.from({ length: FLOOD }, () => from('203.0.113.8', 'forged')))
  t.equal((await from('203.0.113.8', signed)).status, 200, 'an address that also sends verified calls is looked at')
})

t.test('where addresses cannot be believed every call is looked at', async t => {
  const { guard } = createForgeries({ canBelieveAddresses: false })
  const refusal = new Error('refused')
  await Promise.all(
    Array.from({ length: FLOOD }, () =>
      guard('one', () => Promise.reject(refusal)).catch(error => t.equal(error, refusal))
    )
  )
  t.equal(await guard('one', async () => 'call'), 'call')
})
