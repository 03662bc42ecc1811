// What an AppRemoved means for what was saved before it, after it, and while it came.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { appEvent } from '../../helpers/app-event.ts'
import { bodyOf, errorOf, TODAY } from '../../helpers/bridge.ts'
import { movableClock } from '../../helpers/clock.ts'
import { onEachEngine } from '../../helpers/engines.ts'
import { type ManagedBridge, startManagedBridge } from '../../helpers/manage.ts'

const SITE = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
const PATH = `v1/connections/sites/${SITE}`
const SECOND = 1000
const DAY = 86_400 * SECOND

/** Tells that the app was removed, as Wix signed it so many milliseconds before the test's first moment. */
async function remove({ get }: ManagedBridge, agoMs = 0, instanceId = SITE): Promise<Response> {
  const iat = Math.floor((TODAY.getTime() - agoMs) / 1000)
  const body = await appEvent({ eventType: 'AppRemoved', instanceId, data: '{}' }, { iat, exp: iat + 40 * 86_400 })
  return get('public', 'v1/app-events', { method: 'POST', body })
}

async function isConnected({ ask }: ManagedBridge): Promise<boolean> {
  return (await bodyOf(await ask(SITE))).actionQuotaInfo.enforced
}

onEachEngine(({ name, newUrl }) => {
  t.test(`${name}: an event that was signed before the connection was saved says nothing about it`, async t => {
    const clock = movableClock()
    const bridge = await startManagedBridge(t, { store: { url: await newUrl(t) }, now: clock.now })
    const { connect, docspace, manage } = bridge
    await connect(SITE, { url: docspace.url, apiKey: docspace.portal.keys.owner })
    for (const ago of [DAY, SECOND]) {
      t.equal((await remove(bridge, ago)).status, 200, 'Wix need not tell it again')
      t.equal(await isConnected(bridge), true, `signed ${ago} ms before`)
    }
    t.match(await (await manage('GET', 'v1/audit')).json(), {
      entries: [{ action: 'connection.created', instanceId: SITE }]
    })
    clock.move(5 * SECOND)
    t.equal((await remove(bridge, -SECOND)).status, 200)
    t.equal(await isConnected(bridge), false, 'one that was signed after it does')
    t.notMatch(await (await manage('GET', 'v1/audit')).text(), SITE)
  })

  t.test(`${name}: a site that was connected anew keeps what it has now, and nothing of before`, async t => {
    const clock = movableClock()
    const providers = { others: { type: 'docspace', connection: 'per-site', allowedHosts: ['*.onlyoffice.com'] } }
    const bridge = await startManagedBridge(t, { store: { url: await newUrl(t) }, now: clock.now, providers })
    const { connect, docspace, manage } = bridge
    const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
    const other = { url: 'https://acme.onlyoffice.com', apiKey: 'sk-fake-key-of-another' }
    await manage('PUT', `v1/connections/others/${SITE}?check=false`, other)
    await connect(SITE, connection)
    clock.move(10 * SECOND)
    await connect(SITE, connection)
    t.equal((await remove(bridge, -5 * SECOND)).status, 200)
    t.equal(await isConnected(bridge), true)
    t.equal((await manage('GET', `v1/connections/others/${SITE}`)).status, 404)
    const { entries } = JSON.parse(await (await manage('GET', 'v1/audit')).text())
    t.match(entries, [
      { action: 'site.removed', instanceId: '' },
      { action: 'connection.replaced', provider: 'sites', instanceId: SITE }
    ])
    t.equal(entries.length, 2)
  })

  t.test(`${name}: a PUT that is under way when the app is removed does not bring the site back`, async t => {
    const bridge = await startManagedBridge(t, { store: { url: await newUrl(t) } })
    const { docspace, manage, connect } = bridge
    const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
    for (const before of ['connected', 'never connected']) {
      if (before === 'connected') await connect(SITE, connection)
      docspace.delayMs = 400
      docspace.calls.length = 0
      const saving = manage('PUT', PATH, connection)
      while (docspace.calls.length === 0) await sleep(5)
      t.equal((await remove(bridge)).status, 200)
      t.match(await errorOf(await saving), { status: 409, code: 'SITE_REMOVED', wellFormed: true }, before)
      docspace.delayMs = 0
      t.equal((await manage('GET', PATH)).status, 404)
      t.notMatch(await (await manage('GET', 'v1/audit')).text(), SITE)
    }
    t.equal((await manage('PUT', PATH, connection)).status, 201, 'a later one does')
  })

  t.test(`${name}: nor is a PUT kept back by an old event that comes again, or by another site's`, async t => {
    const bridge = await startManagedBridge(t, { store: { url: await newUrl(t) } })
    const { docspace, manage } = bridge
    docspace.delayMs = 400
    const saving = manage('PUT', PATH, { url: docspace.url, apiKey: docspace.portal.keys.owner })
    while (docspace.calls.length === 0) await sleep(5)
    await remove(bridge, DAY)
    await remove(bridge, 0, 'another')
    t.equal((await saving).status, 201)
  })

  t.test(`${name}: a check that is under way when the app is removed leaves nothing that names the site`, async t => {
    const bridge = await startManagedBridge(t, { store: { url: await newUrl(t) } })
    const { docspace, manage, connect } = bridge
    await connect(SITE, { url: docspace.url, apiKey: docspace.portal.keys.owner })
    docspace.delayMs = 400
    const checking = manage('POST', `${PATH}/check`)
    while (docspace.calls.length === 0) await sleep(5)
    await remove(bridge)
    t.match(await errorOf(await checking), { status: 404, code: 'CONNECTION_NOT_FOUND' })
    t.notMatch(await (await manage('GET', 'v1/audit')).text(), SITE)
  })
})
