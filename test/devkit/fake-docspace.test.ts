import t from 'tap'
import { asSeenBy, loadScenario } from '../../src/devkit/docspace-scenarios.ts'
import { startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'

const day = (text: string) => new Date(`${text}T12:00:00Z`)

t.test('the answers for a role are what DocSpace was recorded to tell it', async t => {
  const recorded = loadScenario('business-plain-user', day('2026-11-22'))
  const made = asSeenBy('user', loadScenario('business', day('2026-11-22')))
  t.strictSame(made.quota.response.features, recorded.quota.response.features)
  t.strictSame(made.tariff.response, recorded.tariff.response)
})

t.test('a room admin is told usage and dates, but not what only admins may see', async t => {
  const { quota, tariff } = asSeenBy('room-admin', loadScenario('business', day('2026-11-22')))
  t.strictSame(
    quota.response.features?.map(({ id, used }) => [id, Object(used).value]),
    [
      ['manager', 4],
      ['total_size', 657527280762],
      ['file_size', 0],
      ['oauth', undefined],
      ['users', 23],
      ['room', 47],
      ['statistic', undefined],
      ['aiagent', 3],
      ['automationapi', undefined]
    ]
  )
  t.strictSame(Object.keys(tariff.response), ['id', 'state', 'dueDate', 'delayDueDate'])
})

t.test('an expired portal answers a good key 402 everywhere but for quota and tariff, and a bad key 401', async t => {
  const docspace = await startFakeDocSpace('business-expired')
  t.teardown(() => docspace.close())
  const statuses = (key: string) =>
    Promise.all(
      ['keys/@self', 'portal/payment/quota', 'portal/tariff'].map(
        async path =>
          (await fetch(`${docspace.url}/api/2.0/${path}`, { headers: { authorization: `Bearer ${key}` } })).status
      )
    )
  t.strictSame(await statuses(docspace.portal.keys.owner), [402, 200, 200])
  t.strictSame(await statuses('sk-fake-unknown-key'), [401, 401, 401])
})

t.test('dates stay as far away as they were on the day of recording; "never" stays never', async t => {
  const { tariff } = loadScenario('business', day('2027-01-01'))
  t.match(tariff.response, {
    dueDate: '2027-01-14T13:03:34.0000000+01:00',
    delayDueDate: '0001-01-01T00:00:00.0000000Z'
  })
})

t.test('it answers like a portal: 404 elsewhere, 401 without Bearer', async t => {
  const docspace = await startFakeDocSpace()
  t.teardown(() => docspace.close())
  t.equal((await fetch(`${docspace.url}/api/2.0/people`)).status, 404)
  const authorization = docspace.portal.keys.owner
  t.equal((await fetch(`${docspace.url}/api/2.0/portal/tariff`, { headers: { authorization } })).status, 401)
  const other = docspace.addPortal('startup')
  const answer = await fetch(`${docspace.url}/api/2.0/portal/tariff`, {
    headers: { authorization: `Bearer ${other.keys.admin}` }
  })
  t.match(await answer.json(), { response: { quotas: [{ id: -3 }] } })
})
