// Quota calls for providers whose sites bring their own connections.
import t from 'tap'
import { bodyOf, errorOf } from '../../helpers/bridge.ts'
import { startManagedBridge } from '../../helpers/manage.ts'

const nothing = { actionQuotaInfo: { enforced: false, quotaInfo: [] } }

t.test("each site gets its own portal's numbers", async t => {
  const { connect, ask, docspace } = await startManagedBridge(t)
  const [one, two] = [docspace.addPortal('startup'), docspace.addPortal('business-with-storage')]
  await connect('one', { url: docspace.url, apiKey: one.keys.owner })
  await connect('two', { url: docspace.url, apiKey: two.keys.owner })
  const rooms = async (site: string) =>
    (await bodyOf(await ask(site))).actionQuotaInfo.quotaInfo[0]?.quotas[0]?.currentUsage
  t.strictSame([await rooms('one'), await rooms('two'), await rooms('one')], ['11', '212', '11'])
})

t.test('a site without a connection is shown nothing, and neither is a call that names no site', async t => {
  const { ask, docspace } = await startManagedBridge(t)
  t.strictSame(await bodyOf(await ask('nobody')), nothing)
  t.strictSame(await bodyOf(await ask(undefined)), nothing)
  t.equal(docspace.calls.length, 0)
})

t.test("with connectUrl such a site is shown Wix's form for not bought, and the way to connect", async t => {
  const { ask } = await startManagedBridge(t, { connectUrl: 'https://app.example.com/connect?from=wix' })
  const answer = await bodyOf(await ask('a site&more'))
  t.match(answer, {
    actionQuotaInfo: {
      enforced: true,
      quotaInfo: [
        {
          plans: [],
          quotas: [
            { featureName: 'Rooms', currentUsage: '0', limit: '0' },
            { featureName: 'Admins', currentUsage: '0', limit: '0' }
          ],
          upgradeCta: {
            url: /^https:\/\/app\.example\.com\/connect\?from=wix&token=[\w-]+\.[\w-]+\.[\w-]+$/,
            label: 'Connect ONLYOFFICE DocSpace'
          }
        }
      ]
    }
  })
  t.strictSame(await bodyOf(await ask(undefined)), nothing, 'nobody to connect')
})

t.test('a connection that was replaced or deleted is not used again, though it was in memory', async t => {
  const { connect, manage, ask, docspace } = await startManagedBridge(t)
  const [one, two] = [docspace.addPortal('startup'), docspace.addPortal('business-with-storage')]
  const rooms = async () => (await bodyOf(await ask('site'))).actionQuotaInfo.quotaInfo[0]?.quotas[0]?.currentUsage
  t.equal(await rooms(), undefined, 'the lack of one is remembered too')
  await connect('site', { url: docspace.url, apiKey: one.keys.owner })
  t.equal(await rooms(), '11')
  await connect('site', { url: docspace.url, apiKey: two.keys.owner })
  t.equal(await rooms(), '212')
  await manage('DELETE', 'v1/connections/sites/site')
  t.equal(await rooms(), undefined)
})

t.test('a host that was allowed when it was saved, and is no more, is not called', async t => {
  const url = `file:${t.testdir()}/quota-bridge.db`
  const first = await startManagedBridge(t, { store: { url } })
  await first.connect('site', {
    url: first.docspace.url.replace('127.0.0.1', 'old.onlyoffice.com'),
    apiKey: 'sk-fake-some-key-or-other'
  })
  await first.service.close()
  const second = await startManagedBridge(t, {
    store: { url },
    sharing: first.docspace,
    sites: { allowedHosts: ['127.0.0.1'] }
  })
  t.match(await errorOf(await second.ask('site')), { status: 502, data: { finding: 'host-not-allowed' } })
})
