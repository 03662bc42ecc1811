// A site that was copied from another: it may be connected as that one is, by whoever gives the key again.
import t, { type Test } from 'tap'
import { appEvent } from '../../helpers/app-event.ts'
import { portalFields, SITE, startConnectBridge } from '../../helpers/connect.ts'

const ORIGIN = '0b1c2d3e-0000-4000-8000-000000000001'
const OFFER = 'This site is a copy of a connected site.'

async function start(t: Test) {
  const bridge = await startConnectBridge(t)
  const { docspace, connect, get } = bridge
  await connect(ORIGIN, { url: docspace.url, apiKey: docspace.portal.keys.owner })
  const installed = async (instanceId: string, originInstanceId: unknown, claims: Record<string, unknown> = {}) => {
    const event = { eventType: 'AppInstalled', instanceId, data: JSON.stringify({ appId: 'x', originInstanceId }) }
    return get('public', 'v1/app-events', { method: 'POST', body: await appEvent(event, claims) })
  }
  const page = async (site = SITE) => (await bridge.open({ instance: bridge.instance({ instanceId: site }) })).text()
  return { ...bridge, installed, page }
}

t.test('the copy is offered to be connected in the same way, which tells nothing of the other site', async t => {
  const { installed, page, send, instance, docspace, saved, answerTo } = await start(t)
  t.notMatch(await page(), OFFER)
  t.equal((await installed(SITE, ORIGIN.toUpperCase())).status, 200)
  const offered = await page()
  t.match(offered, OFFER)
  t.match(offered, /name="do" value="copy">.*id="copy-apiKey".*Connect in the same way/s)
  t.notMatch(offered, /127\.0\.0\.1|id="copy-url"/)
  t.equal(await saved(), undefined, 'nothing is copied by itself')

  const { keys } = docspace.portal
  const proof = { instance: instance() }
  const wrong = await send({ ...proof, do: 'copy', 'field.apiKey': 'sk-fake-unknown-key' })
  t.equal(wrong.status, 422)
  const text = await wrong.text()
  t.match(text, /The credentials aren&#39;t accepted.*This site is a copy/s)
  t.notMatch(text, /127\.0\.0\.1|sk-fake/)
  t.equal(await saved(), undefined)
  t.equal(
    (await send({ ...proof, do: 'copy', 'field.url': 'https://evil.example', 'field.apiKey': keys.admin })).status,
    200
  )
  t.match(await saved(), { connection: { url: docspace.url, apiKey: `…${keys.admin.slice(-4)}` } })
  t.match(await answerTo(), { plans: [{ name: 'Business' }] })
  t.notMatch(await page(), OFFER, 'it is connected')
})

t.test(
  'the offer is there from the quota screen too, and the site may be connected with another account instead',
  async t => {
    const { installed, token, open, send, docspace, saved } = await start(t)
    await installed(SITE, ORIGIN)
    const text = await token()
    t.match(await (await open({ token: text })).text(), OFFER)
    const other = docspace.addPortal('startup').keys.owner
    t.equal((await send({ token: text, ...portalFields(docspace.url, other) })).status, 200)
    t.match(await saved(), { connection: { apiKey: `…${other.slice(-4)}` } })
  }
)

t.test('no offer where the other site is not connected, is this one, or was removed', async t => {
  const { installed, page, manage, get } = await start(t)
  for (const origin of [undefined, '', 5, SITE, 'nobody\0', 'not-connected']) await installed(SITE, origin)
  t.notMatch(await page(), OFFER)
  const another = '0b1c2d3e-0000-4000-8000-000000000002'
  await installed(another, ORIGIN)
  t.match(await page(another), OFFER)
  await manage('DELETE', `v1/connections/sites/${ORIGIN}`)
  t.notMatch(await page(another), OFFER)
  const removed = await appEvent({ eventType: 'AppRemoved', instanceId: ORIGIN })
  await get('public', 'v1/app-events', { method: 'POST', body: removed })
  t.equal((await installed(another, ORIGIN)).status, 200, 'an event that comes late does no harm')
  t.notMatch(await page(another), OFFER)
})

t.test('an event without a site, or whose data is nothing, is answered all the same', async t => {
  const { get } = await start(t)
  for (const event of [
    { eventType: 'AppInstalled' },
    { eventType: 'AppInstalled', instanceId: 'a\0', data: JSON.stringify({ originInstanceId: ORIGIN }) },
    { eventType: 'AppInstalled', instanceId: SITE, data: 'nonsense' },
    { eventType: 'AppInstalled', instanceId: SITE, data: 'null' },
    { eventType: 'AppInstalled', instanceId: SITE, data: 5 }
  ])
    t.equal((await get('public', 'v1/app-events', { method: 'POST', body: await appEvent(event) })).status, 200)
})
