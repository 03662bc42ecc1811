// A site is one site, in whatever case its GUID is written.
import t from 'tap'
import { appEvent } from '../helpers/app-event.ts'
import { bodyOf } from '../helpers/bridge.ts'
import { startManagedBridge } from '../helpers/manage.ts'

const LOWER = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
const UPPER = LOWER.toUpperCase()

t.test('a GUID is the same in every case, saved, asked, shown, checked, deleted and removed', async t => {
  const bridge = await startManagedBridge(t, { connectUrl: 'https://app.example.com/connect' })
  const { manage, connect, ask, get, docspace, log } = bridge
  const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
  const spellings = [UPPER, LOWER, LOWER.replace('d', 'D')]
  const told = async (instanceId: string) =>
    (await bodyOf(await ask(instanceId))).actionQuotaInfo.quotaInfo[0]?.upgradeCta?.label
  for (const saved of spellings) {
    t.equal((await connect(saved, connection)).status, 201, saved)
    for (const asked of spellings) {
      t.not(await told(asked), 'Connect ONLYOFFICE DocSpace', `${saved}, asked as ${asked}`)
      t.match(await (await manage('GET', `v1/connections/sites/${asked}`)).json(), { instanceId: LOWER })
      t.equal((await manage('POST', `v1/connections/sites/${asked}/check`)).status, 200)
      t.equal((await manage('POST', `v1/connections/sites/${asked}/refresh`)).status, 204)
    }
    t.equal((await connect(UPPER, connection)).status, 200)
    t.equal((await connect(LOWER, connection)).status, 200)
    t.equal((await manage('DELETE', `v1/connections/sites/${UPPER}`)).status, 204)
    t.equal(await told(saved), 'Connect ONLYOFFICE DocSpace')
  }
  t.notMatch(await (await manage('GET', 'v1/audit?limit=200')).text(), UPPER)
  t.notMatch(log.join(''), UPPER)

  await connect(LOWER, connection)
  const event = await appEvent({ eventType: 'AppRemoved', instanceId: UPPER, data: '{}' })
  await get('public', 'v1/app-events', { method: 'POST', body: event })
  t.equal((await manage('GET', `v1/connections/sites/${LOWER}`)).status, 404)
})

t.test('what is no GUID is taken as it is', async t => {
  const { manage, connect } = await startManagedBridge(t)
  const connection = { url: 'https://acme.onlyoffice.com', apiKey: 'sk-fake-some-key' }
  for (const instanceId of ['Site', 'site', `${UPPER}A`, `{${UPPER}}`, UPPER.replaceAll('-', '')])
    t.equal((await connect(instanceId, connection)).status, 201, instanceId)
  t.match(await (await manage('GET', 'v1/connections/sites/Site')).json(), { instanceId: 'Site' })
})
