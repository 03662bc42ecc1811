// POST /v1/quota-info when DocSpace's tariff is not as its schema says: what is right by itself is used, and the log tells the rest.
import t from 'tap'
import { type Bridge, bodyOf, startBridge } from '../../helpers/bridge.ts'

const warnings = ({ log }: Bridge) =>
  log.map(line => JSON.parse(line)).filter(({ level, provider }) => level === 'warn' && provider === 'docspace')

/** The answer while some fields of the tariff are others. */
async function askWith(bridge: Bridge, scenario: 'business' | 'business-in-grace', change: object) {
  bridge.docspace.load(scenario)
  Object.assign(bridge.docspace.portal.scenario.tariff.response, change)
  bridge.log.length = 0
  const response = await bridge.call('create-room')
  t.equal(response.status, 200)
  return (await bodyOf(response)).actionQuotaInfo.quotaInfo[0]
}

t.test('state and dates are used where they alone are right', async t => {
  const bridge = await startBridge(t)
  const quotas = [{ id: '-9', quantity: 'a-value-of-theirs' }]
  const grace = await askWith(bridge, 'business-in-grace', { quotas })
  t.equal(grace?.upgradeCta?.label, 'Pay now')
  t.match(grace?.quotas[0]?.additionalInfo?.description, 'The plan stays active until November 27, 2026.')
  t.match(warnings(bridge), [{ field: 'response.quotas.0.id' }])
  t.equal(warnings(bridge).length, 1)
  t.notMatch(bridge.log.join(''), 'a-value-of-theirs')

  const paid = await askWith(bridge, 'business', { state: 'a-value-of-theirs' })
  t.equal(paid?.quotas[0]?.renewalDate, '2026-12-05T12:03:34.000Z', 'a date without its state')
  t.match(warnings(bridge), [{ field: 'response.state' }])

  const undated = await askWith(bridge, 'business-in-grace', { delayDueDate: 5, dueDate: {} })
  t.equal(undated?.upgradeCta?.label, 'Pay now', 'a state without its dates')
  t.match(undated?.quotas[0]?.additionalInfo?.description, /Payment is overdue\.$/)
  t.match(warnings(bridge), [{ field: 'response.dueDate' }])
  t.notMatch(bridge.log.join(''), 'a-value-of-theirs')
})

t.test('a tariff in which nothing is right leaves the report as it is without one', async t => {
  const bridge = await startBridge(t)
  for (const [fault, warning] of [
    ['no-response', { field: 'response' }],
    ['not-json', { finding: 'answer-invalid' }],
    ['html', { finding: 'answer-invalid' }]
  ] as const) {
    bridge.docspace.fail(fault, 'tariff')
    bridge.log.length = 0
    const [group] = (await bodyOf(await bridge.call('upload-file'))).actionQuotaInfo.quotaInfo
    t.match(group, { plans: [{ name: 'Business' }], quotas: [{ currentUsage: '0.59' }] }, fault)
    t.notOk(group?.quotas[0]?.renewalDate, fault)
    t.match(warnings(bridge), [warning], fault)
  }
})

t.test(
  'a tariff that cannot be read at all is in the log too, but not one that was given up with the quota',
  async t => {
    const bridge = await startBridge(t)
    bridge.docspace.fail('status-500', 'tariff')
    t.equal((await bridge.call('upload-file')).status, 200)
    t.match(warnings(bridge), [{ finding: 'upstream-error', reason: 'HTTP 500', remedy: 'Try again later.' }])
    bridge.log.length = 0
    bridge.docspace.fail('hang', 'tariff')
    bridge.docspace.fail('status-418', 'quota')
    t.equal((await bridge.call('upload-file')).status, 502)
    t.match(warnings(bridge), [{ reason: 'HTTP 418', msg: 'the provider could not tell' }])
    t.equal(warnings(bridge).length, 1)
    // Nor where it fails first.
    bridge.log.length = 0
    bridge.docspace.fail('bad-key', 'tariff')
    bridge.docspace.fail('html', 'quota')
    bridge.docspace.delayMs = 50
    t.equal((await bridge.call('upload-file')).status, 502)
    t.notMatch(bridge.log.join(''), 'the tariff')
  }
)

t.test('a tariff as it should be leaves no warning', async t => {
  const bridge = await startBridge(t)
  await askWith(bridge, 'business', {})
  t.strictSame(warnings(bridge), [])
})
