// A maker's server built on Wix's SDK, behind the bridge: it accepts what Wix signed, and Wix gets what it answered.
import t from 'tap'
import { startFakeMaker } from '../../src/devkit/fake-maker.ts'
import { createFakeWix } from '../../src/devkit/fake-wix.ts'
import { sharedWix, startBridge } from '../helpers/bridge.ts'

/** Wix's SDK reads the real clock. */
const wix = createFakeWix({ appId: sharedWix.appId, privateKeyPem: sharedWix.privateKeyPem })

t.test("every method that Wix signs reaches its handler, and the handler's answer comes back", async t => {
  const maker = await startFakeMaker(wix)
  t.teardown(() => maker.close())
  const { service } = await startBridge(t, { forward: { to: `${maker.url}/wix/` }, now: Date.now })
  for (const base of [service.publicUrl, service.publicUrl.replace(/\/$/, '')]) {
    const actionParams = { to: 'jane@example.com', text: 'Grüße, 你好'.repeat(2000) }
    const invoked = await wix.ask(base, { actionKey: 'send-email', request: { actionParams } }, 'invoke')
    t.equal(invoked.status, 200)
    t.match(await invoked.json(), { result: { run: Number } })
    t.match(maker.calls.at(-1), {
      method: 'invoke',
      call: { request: { actionKey: 'send-email', actionParams }, metadata: { languages: ['en-US'] } }
    })
    const request = { inputMapping: '{"to":"var(\'x\')"}' }
    const validated = await wix.ask(base, { actionKey: 'send-email', request }, 'validate-configuration')
    t.strictSame(await validated.json(), { valid: true, configurationErrors: [] })
    t.match(maker.calls.at(-1), { method: 'validateConfiguration', call: { request } })
    t.equal((await wix.ask(base, { actionKey: 'send-email' })).status, 200, 'quotas are told here')
  }
  t.equal(maker.calls.length, 4, 'each once, and no quota call')
})

t.test('a signature over other bytes is refused by the maker, since it sees what was sent', async t => {
  const maker = await startFakeMaker(wix)
  t.teardown(() => maker.close())
  const { service } = await startBridge(t, { forward: { to: maker.url } })
  const signed = await wix.sign(wix.payload({ actionKey: 'send-email' }))
  const [header, payload, signature = ''] = signed.split('.')
  for (const body of [
    `${header}.${payload}.${signature.replace(/^./, first => (first === 'A' ? 'B' : 'A'))}`,
    'hello',
    ''
  ]) {
    const answer = await fetch(`${service.publicUrl}v1/invoke`, { method: 'POST', body })
    t.equal(answer.status, 400)
    t.match(await answer.json(), { message: /^Not signed by Wix/ })
  }
  t.equal(maker.calls.length, 0)
})
