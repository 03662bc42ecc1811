// Wix's own code agrees with ours: on what is accepted, what is refused, and how a report reads on the wire.
import { createRequire } from 'node:module'
import t from 'tap'
import { createFakeWix } from '../../src/devkit/fake-wix.ts'
import type { ActionQuotaInfo } from '../../src/wix/contract.ts'
import { bodyOf, sharedWix, startBridge } from '../helpers/bridge.ts'

// Wix's service plugins load in Node as CommonJS alone.
const require = createRequire(import.meta.url)
const { AppStrategy, createClient } = require('@wix/sdk')
const { actionProvider } = require('@wix/automations/service-plugins')

/** What a maker who uses Wix's SDK would return for our answer: `_id`, and dates as Date. */
function asWixSdkReturns({ enforced, quotaInfo }: ActionQuotaInfo) {
  return {
    actionQuotaInfo: {
      enforced,
      quotaInfo: quotaInfo.map(({ plans, quotas, ...group }) => ({
        plans: plans.map(({ id, name }) => ({ _id: id, name })),
        quotas: quotas.map(({ renewalDate, ...quota }) => ({
          ...quota,
          ...(renewalDate && { renewalDate: new Date(renewalDate) })
        })),
        ...group
      }))
    }
  }
}

function wixSdk(getQuotaInfo: (call: unknown) => unknown) {
  const client = createClient({
    auth: AppStrategy({ appId: sharedWix.appId, publicKey: sharedWix.publicKeyPem, appSecret: 'none' }),
    modules: { actionProvider }
  })
  client.actionProvider.provideHandlers({ getQuotaInfo })
  return client.servicePlugins
}

/** Wix's SDK reads the real clock. */
const wixOfToday = createFakeWix({ appId: sharedWix.appId, privateKeyPem: sharedWix.privateKeyPem })

t.test("a call signed by the fake Wix is accepted by Wix's SDK, which reads the same in it", async t => {
  const seen: unknown[] = []
  const plugins = wixSdk(call => {
    seen.push(call)
    return { actionQuotaInfo: { enforced: false, quotaInfo: [] } }
  })
  const body = await wixOfToday.sign(wixOfToday.payload({ actionKey: 'create-room', languages: ['de-DE'] }))
  await plugins.process({ url: 'https://quota.example.com/v1/quota-info', body })
  t.match(seen, [
    {
      request: { actionKey: 'create-room' },
      metadata: { languages: ['de-DE'], appExtensionType: 'AUTOMATIONS_ACTION_PROVIDER' }
    }
  ])
})

t.test(
  "the same report through Wix's provideHandlers gives the same JSON as ours, byte for byte in its values",
  async t => {
    for (const scenario of ['startup', 'business-with-storage', 'trial', 'community'] as const) {
      const { call } = await startBridge(t, { scenario })
      const ours = await bodyOf(await call('everything'))
      const plugins = wixSdk(() => asWixSdkReturns(ours.actionQuotaInfo))
      const body = await wixOfToday.sign(wixOfToday.payload({ actionKey: 'everything' }))
      const theirs = await plugins.processRequest(
        new Request('https://quota.example.com/v1/quota-info', { method: 'POST', body })
      )
      t.strictSame(await theirs.json(), ours, scenario)
    }
  }
)

t.test("what Wix's SDK refuses, we refuse too", async t => {
  const { post } = await startBridge(t, { now: Date.now })
  const plugins = wixSdk(() => ({ actionQuotaInfo: { enforced: false, quotaInfo: [] } }))
  const stranger = createFakeWix({ appId: sharedWix.appId })
  const payload = wixOfToday.payload({ actionKey: 'send-email' })
  const seconds = Math.floor(Date.now() / 1000)
  const [header, , signature] = (await wixOfToday.sign(payload)).split('.')
  const refused = {
    'a wrong signature': await stranger.sign(payload),
    'a tampered payload': `${header}.${Buffer.from(JSON.stringify({ ...payload, extra: 1 })).toString('base64url')}.${signature}`,
    'another issuer': await wixOfToday.sign({ ...payload, iss: 'example.com' }),
    'another audience': await wixOfToday.sign({ ...payload, aud: 'another-app' }),
    'long expired': await wixOfToday.sign({ ...payload, exp: seconds - 120 }),
    'no JWS': 'hello'
  }
  for (const [name, body] of Object.entries(refused)) {
    await t.rejects(plugins.process({ url: 'https://quota.example.com/v1/quota-info', body }), name)
    t.equal((await post(body)).status, 401, name)
  }
  // Wix's documentation asks for what its SDK does not check: `iat` before now.
  t.equal((await post(await wixOfToday.sign({ ...payload, iat: seconds + 120 }))).status, 401)
  t.equal((await post(await wixOfToday.sign(payload))).status, 200)
})
