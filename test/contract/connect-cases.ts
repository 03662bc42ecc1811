// The contract's cases of connecting sites: the page for their owners, and the token for makers with a page of their own.
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { appEvent } from '../helpers/app-event.ts'
import { type Bridge, bodyOf, TODAY } from '../helpers/bridge.ts'
import { APP_SECRET, portalFields, SITE, signedInstance } from '../helpers/connect.ts'
import { type Case, manageOf, type Route } from './cases.ts'

/** What a service needs for them: the page, and a provider that leads to a page of the maker's. */
export const connecting = {
  connect: { page: true },
  wix: { appSecret: APP_SECRET },
  providers: {
    elsewhere: { type: 'docspace', connection: 'per-site', connectUrl: 'https://app.example.com/connect' }
  },
  actions: { 'elsewhere-room': { provider: 'elsewhere', features: ['room'] } }
}

const owner = () => ({ instance: signedInstance(TODAY.getTime()), provider: 'sites' })
const open = ({ get }: Bridge, query: Record<string, string>) => get('public', `connect?${new URLSearchParams(query)}`)
const send = ({ get }: Bridge, form: Record<string, string>) =>
  get('public', 'connect', { method: 'POST', body: new URLSearchParams({ do: 'save', ...form }) })
const good = ({ docspace }: Bridge) => portalFields(docspace.url, docspace.portal.keys.owner)

/** The token behind the button Connect. */
async function tokenOf({ call }: Bridge, action: string): Promise<string> {
  const { actionQuotaInfo } = await bodyOf(await call(action))
  return new URL(actionQuotaInfo.quotaInfo[0]?.upgradeCta?.url ?? 'http://none').searchParams.get('token') ?? ''
}

const redeem = (bridge: Bridge, token: unknown, management?: string) =>
  manageOf(bridge)('POST', 'v1/connect-tokens/redeem', { token }, management)

/** One request to a service, and what it answers. */
const asked =
  (ask: (bridge: Bridge & { storeFile: string }) => Promise<Response>) =>
  async ({ startManaged }: Route) => [await ask(await startManaged())]

/** The same while the database is away. */
const withoutStore = (ask: (bridge: Bridge) => Promise<Response>) =>
  asked(async bridge => {
    rmSync(bridge.storeFile)
    return ask(bridge)
  })

export const connectCases: Record<string, Case> = {
  'getConnectPage 200': async ({ startManaged }) => {
    const bridge = await startManaged()
    return [await open(bridge, owner()), await open(bridge, { token: await tokenOf(bridge, 'site-room') })]
  },
  'getConnectPage 401': asked(bridge => open(bridge, { instance: 'x' })),
  'getConnectPage 403': asked(bridge =>
    open(bridge, { instance: signedInstance(TODAY.getTime(), { permissions: 'MEMBER' }) })
  ),
  'getConnectPage 404': async ({ startManaged }) => {
    const bridge = await startManaged()
    return [await open(bridge, { token: 'x' }), await open(bridge, { ...owner(), provider: 'docspace' })]
  },
  'getConnectPage 503': withoutStore(bridge => open(bridge, owner())),
  'postConnectPage 200': async ({ startManaged }) => {
    const bridge = await startManaged()
    return [await send(bridge, { ...owner(), ...good(bridge) }), await send(bridge, { ...owner(), do: 'disconnect' })]
  },
  'postConnectPage 401': asked(bridge => send(bridge, { instance: 'x' })),
  'postConnectPage 403': asked(async bridge =>
    send(bridge, { token: await tokenOf(bridge, 'site-room'), do: 'disconnect' })
  ),
  'postConnectPage 404': asked(bridge => send(bridge, { token: 'x' })),
  'postConnectPage 409': async ({ startManaged }) => {
    const bridge = await startManaged()
    const { docspace } = bridge
    const other = { url: docspace.url.replace('127.0.0.1', 'another.onlyoffice.com'), apiKey: 'sk-fake-some-key' }
    await manageOf(bridge)('PUT', `v1/connections/sites/${SITE}?check=false`, other)
    const another = await send(bridge, { ...owner(), ...good(bridge) })
    docspace.delayMs = 400
    docspace.calls.length = 0
    const saving = send(bridge, { ...owner(), ...good(bridge) })
    while (docspace.calls.length === 0) await sleep(5)
    // Straight there: a proxy in between leads one call at a time.
    const body = await appEvent({ eventType: 'AppRemoved', instanceId: SITE })
    await fetch(`${bridge.service.publicUrl}v1/app-events`, { method: 'POST', body })
    return [another, await saving]
  },
  'postConnectPage 413': asked(bridge => send(bridge, { ...owner(), 'field.url': 'x'.repeat(70_000) })),
  'postConnectPage 422': async ({ startManaged }) => {
    const bridge = await startManaged()
    const wrong = portalFields(bridge.docspace.url, 'sk-fake-unknown-key')
    return [await send(bridge, owner()), await send(bridge, { ...owner(), ...wrong })]
  },
  'postConnectPage 429': asked(async bridge => {
    for (let tries = 0; tries < 10; tries++) await send(bridge, owner())
    return send(bridge, owner())
  }),
  'postConnectPage 503': withoutStore(bridge => send(bridge, { ...owner(), ...good(bridge) })),
  'redeemConnectToken 200': asked(async bridge => redeem(bridge, await tokenOf(bridge, 'elsewhere-room'))),
  'redeemConnectToken 400': asked(bridge => redeem(bridge, '')),
  'redeemConnectToken 401': asked(bridge => redeem(bridge, 'x', 'another-token')),
  'redeemConnectToken 404': asked(bridge => redeem(bridge, 'x')),
  'redeemConnectToken 413': asked(bridge => redeem(bridge, 'x'.repeat(17_000))),
  'redeemConnectToken 503': asked(async bridge => {
    const token = await tokenOf(bridge, 'elsewhere-room')
    rmSync(bridge.storeFile)
    return redeem(bridge, token)
  })
}
