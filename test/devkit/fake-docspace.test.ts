import t from 'tap'
import { asSeenBy, loadScenario } from '../../src/devkit/docspace-scenarios.ts'
import { startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'

const day = (text: string) => new Date(`${text}T12:00:00Z`)

t.test('the answers for a role are what DocSpace was recorded to tell it', async t => {
  const recorded = loadScenario('business-plain-user', day('2026-11-22'))
  const made = asSeenBy('user', loadScenario('business', day('2026-11-22')))
  const counted = (answer: typeof recorded.quota) =>
    answer.response.features
      ?.filter(({ type }) => type !== 'flag')
      .map(({ id, value, used }) => [id, value, Object(used).value])
  t.strictSame(counted(made.quota), counted(recorded.quota))
  t.strictSame(made.tariff.response, recorded.tariff.response)
  t.match(asSeenBy('room-admin', loadScenario('business', day('2026-11-22'))).quota.response.features?.[0], {
    id: 'manager',
    used: { value: 4 }
  })
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
