// Refused calls are seen: one warning a minute for each cause, with a count and what to do.
import t from 'tap'
import { createFakeWix } from '../../src/devkit/fake-wix.ts'
import { type Bridge, errorOf, startBridge, TODAY } from '../helpers/bridge.ts'

const warnings = ({ log }: Bridge) =>
  log.map(line => JSON.parse(line)).filter(({ level, msg }) => level === 'warn' && msg === 'calls are refused')

t.test('a wrong public key is told, with the configured app and the one that the calls are for', async t => {
  const bridge = await startBridge(t)
  const stranger = createFakeWix({ appId: 'another-app', now: () => TODAY.getTime() })
  const body = await stranger.sign(stranger.payload({ actionKey: 'create-room' }))
  for (let call = 0; call < 3; call++) t.equal((await bridge.post(body)).status, 401)
  t.match(warnings(bridge), [
    {
      code: 'INVALID_SIGNATURE',
      reason: 'The signature fits none of the configured public keys.',
      appId: bridge.wix.appId,
      aud: 'another-app',
      remedy: /wix\.publicKey/,
      calls: 1
    }
  ])
  t.equal(warnings(bridge).length, 1)
})

t.test('of what nobody has signed little is looked at', async t => {
  const signed = async (payload: unknown) => {
    const bridge = await startBridge(t)
    const stranger = createFakeWix({ now: () => TODAY.getTime() })
    await bridge.post(await stranger.sign(payload))
    return warnings(bridge)
  }
  t.match(await signed({ aud: 'app', more: 'a'.repeat(10_000) }), [{ aud: 'not looked at' }])
  t.match(await signed('a text'), [{ aud: 'not told' }])
  t.match(await signed(null), [{ aud: 'not told' }])
})

t.test('a wrong key of the right app is another cause than calls for another app', async t => {
  const bridge = await startBridge(t)
  for (const appId of [bridge.wix.appId, 'one', 'two']) {
    const stranger = createFakeWix({ appId, now: () => TODAY.getTime() })
    await bridge.post(await stranger.sign(stranger.payload({ actionKey: 'a' })))
  }
  t.match(warnings(bridge), [{ aud: bridge.wix.appId }, { aud: 'one' }])
  t.equal(warnings(bridge).length, 2)
})

t.test('a wrong app id is told, with what was received', async t => {
  const bridge = await startBridge(t)
  const received = ['another-app', ['a', 'b'], undefined, 7, `x\u202e\u0007${'y'.repeat(500)}`]
  for (const aud of received) {
    const error = await errorOf(await bridge.call('create-room', payload => ({ ...payload, aud })))
    t.match(error, { status: 401, code: 'INVALID_CLAIMS', data: { claim: 'aud' } })
  }
  const { appId } = bridge.wix
  t.match(warnings(bridge), [
    { code: 'INVALID_CLAIMS', claim: 'aud', appId, aud: 'another-app', remedy: /wix\.appId/, calls: 1 },
    { appId, aud: 'a, b' },
    { appId, aud: 'not told' },
    { appId, aud: '7' },
    { appId, aud: `x${'y'.repeat(99)}` }
  ])
})

t.test('an unknown action is told by its name', async t => {
  const bridge = await startBridge(t)
  for (const action of ['delete-room', 'delete-room', 'a\u001b[31mb', 'z'.repeat(256)]) await bridge.call(action)
  t.match(warnings(bridge), [
    { code: 'ACTION_NOT_FOUND', action: 'delete-room', remedy: /under actions:/, calls: 1 },
    { code: 'ACTION_NOT_FOUND', action: 'a[31mb', calls: 1 },
    { code: 'ACTION_NOT_FOUND', action: 'z'.repeat(100), calls: 1 }
  ])
  t.equal(warnings(bridge).length, 3)
})

t.test('an unknown path is told, below the base path and elsewhere, passed on or not', async t => {
  const bridge = await startBridge(t, { server: { basePath: '/quota' } })
  const { origin } = new URL(bridge.service.publicUrl)
  for (const path of ['/quota/v1/invoke?secret=1', '/v1/quota-info', '/v1/quota-info'])
    await fetch(origin + path, { method: 'POST' })
  t.match(warnings(bridge), [
    { code: 'NOT_FOUND', method: 'POST', path: '/quota/v1/invoke', remedy: /^Set forward:/, calls: 1 },
    { code: 'NOT_FOUND', method: 'POST', path: '/v1/quota-info', remedy: /^Quota calls go to/, calls: 1 }
  ])
  t.notMatch(bridge.log.join(''), 'secret=1')
  const forwarding = await startBridge(t, {
    forward: [{ basePath: '/sms/', to: 'http://127.0.0.1:9' }]
  })
  await bridge.get('public', `long/${'a'.repeat(300)}`)
  t.equal(warnings(bridge).at(-1)?.path.length, 200)
  await fetch(new URL('/mail/v1/quota-info', forwarding.service.publicUrl), { method: 'POST' })
  t.match(warnings(forwarding), [{ code: 'NOT_FOUND', path: '/mail/v1/quota-info' }])
})

t.test('whoever forges calls or tries out paths fills no log, and hides no other cause', async t => {
  const bridge = await startBridge(t)
  const stranger = createFakeWix({ now: () => TODAY.getTime() })
  for (let call = 0; call < 130; call++) await bridge.get('public', `try/${call}`)
  for (let call = 0; call < 130; call++) {
    const payload = { ...stranger.payload({ actionKey: 'a' }), aud: `app-${call}` }
    await bridge.post(await stranger.sign(payload))
  }
  t.equal(warnings(bridge).filter(({ code }) => code === 'NOT_FOUND').length, 101)
  t.equal(warnings(bridge).filter(({ code }) => code === 'INVALID_SIGNATURE').length, 1)
  await bridge.call('delete-room')
  t.match(warnings(bridge).at(-1), { code: 'ACTION_NOT_FOUND', action: 'delete-room' })
})

t.test('calls beyond the places, and bodies too large, are told without a name', async t => {
  const bridge = await startBridge(t)
  await bridge.post('a'.repeat(70_000))
  t.match(warnings(bridge), [{ code: 'PAYLOAD_TOO_LARGE', remedy: /64 KiB/, calls: 1 }])
})
