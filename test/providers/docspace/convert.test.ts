// One test for each rule of DocSpace's answers, named after it.
import t from 'tap'
import type { DocSpaceQuota } from '../../../src/providers/docspace/schema.ts'
import { group, limits, quotas, report } from '../../helpers/converted.ts'

t.test('-1 is unlimited', async t => {
  t.strictSame(limits('business'), {
    manager: 5,
    total_size: 1342177280000,
    users: 'unlimited',
    room: 'unlimited',
    free_backup: 2,
    aiagent: 'unlimited'
  })
})

t.test('0 is not in the plan, and is left out', async t => {
  t.notOk('free_backup' in limits('startup'))
})

t.test('a usage of 0 is a usage', async t => {
  t.match(quotas('business', { features: [{ used: { value: 0 } }] }), [{ feature: 'room', used: 0, limit: 5 }])
})

t.test('an absent usage is unknown, not 0, and its quota is left out', async t => {
  t.strictSame(quotas('business', { features: [{ used: {} }] }), [])
  const { used: _, ...withoutUsed } = { id: 'room', type: 'count', value: 5, used: {} }
  t.strictSame(quotas('business', { quota: { features: [withoutUsed] } }), [])
})

t.test('usage may exceed its limit', async t => {
  t.match(quotas('business', { features: [{ used: { value: 7 } }] }), [{ used: 7, limit: 5 }])
})

t.test('a number that is negative, broken, or too large to be exact is not told', async t => {
  for (const value of [-1, 1.5, 2 ** 53, 2 ** 63]) {
    t.strictSame(quotas('business', { features: [{ used: { value } }] }), [], `used ${value}`)
  }
  for (const value of [-2, 2.5, 2 ** 53, true])
    t.strictSame(quotas('business', { features: [{ value }] }), [], `limit ${value}`)
})

t.test('file_size is no usage, flags are no quotas', async t => {
  const ids = Object.keys(limits('community'))
  t.strictSame(ids, ['manager', 'total_size', 'users', 'room', 'free_backup', 'aiagent'])
})

t.test('titles are unreliable: they name only what has no other name', async t => {
  const named = quotas('business', {
    features: [
      { id: 'new_a', priceTitle: 'Price title', title: 'Title' },
      { id: 'new_b', priceTitle: '', title: 'Title' },
      { id: 'new_c', title: '' },
      { id: 'new_d', title: null, priceTitle: null }
    ]
  })
  t.strictSame(
    named.map(({ name }) => name),
    ['Price title', 'Title', 'new_c', 'new_d']
  )
  t.equal(limits('startup').room, 12, 'whatever "Unlimited number of active rooms" says')
})

t.test('a title of blanks names nothing, and what has no name at all is left out', async t => {
  const features = [{ id: 'a', priceTitle: ' \t', title: 'Title' }, { id: 'b', title: '\u00a0' }, { id: ' ' }]
  t.match(quotas('business', { features }), [{ name: 'Title' }, { name: 'b' }])
  t.equal(quotas('business', { features }).length, 2)
  t.strictSame(group('business', { quota: { title: ' ' } }).plans, [{ id: '-9', kind: 'business', quantity: 5 }])
})

t.test('names lose what cannot be seen, and count as missing when nothing visible is left', async t => {
  const features = [
    { id: 'a', priceTitle: '\u200b', title: '\u202eSeats\u0007' },
    { id: 'b', title: 'x'.repeat(500) },
    { id: 'c\u200b', title: '\u2800' },
    { id: '\u202e' }
  ]
  t.strictSame(
    quotas('business', { features }).map(({ name }) => name),
    ['Seats', 'x'.repeat(100), 'c']
  )
  t.match(group('business', { quota: { id: -5000, title: '\u202eAcme\u202c' } }).plans, [{ name: 'Acme' }])
  t.notOk(group('business', { quota: { id: -5000, title: '\u200d' } }).plans[0]?.name)
})

t.test('a feature that comes twice counts once, as it was told first', async t => {
  const features = [{ used: {} }, { used: { value: 3 } }, { used: { value: 4 } }, { id: 'manager' }]
  t.match(quotas('business', { features }), [{ feature: 'room', used: 3 }, { feature: 'manager' }])
  t.equal(quotas('business', { features }).length, 2)
})

t.test('at most 200 features are read', async t => {
  const features = Array.from({ length: 5000 }, (_, index) => ({ id: `feature-${index}` }))
  const read = quotas('business', { features })
  t.equal(read.length, 200)
  t.equal(read.at(-1)?.feature, 'feature-199')
})

t.test('unknown features are tolerated, unknown types of feature are left out', async t => {
  t.match(
    quotas('business', {
      features: [
        { id: 'seat', type: 'count' },
        { id: 'traffic', type: 'size' },
        { id: 'x', type: 'rate' }
      ]
    }),
    [
      { feature: 'seat', unit: 'count' },
      { feature: 'traffic', unit: 'bytes' }
    ]
  )
})

t.test('on standalone, an enabled custom quota takes the place of total_size', async t => {
  const custom = (tenantCustomQuota: DocSpaceQuota['tenantCustomQuota']) =>
    limits('community', tenantCustomQuota ? { quota: { tenantCustomQuota } } : {}).total_size
  t.equal(custom({ enableQuota: true, quota: 5368709120 }), 5368709120)
  t.equal(custom({ enableQuota: false, quota: 5368709120 }), 'unlimited')
  t.equal(custom({ enableQuota: true, quota: -1 }), 'unlimited')
  t.equal(custom({ enableQuota: true, quota: -2 }), 'unlimited', 'no number, so the own limit stays')
  t.equal(custom({ enableQuota: true }), 'unlimited')
})

t.test('of a licence that limits storage the custom quota takes the place, also one without a limit', async t => {
  const custom = (value: number, quota: number) => {
    const features = ['total_size', 'traffic'].map(id => ({ id, type: 'size', value, used: { value: 1 } }))
    const changes = { features, quota: { tenantCustomQuota: { enableQuota: true, quota } } }
    return quotas('enterprise', changes).map(({ feature, limit, limitSetByOwner }) => [feature, limit, limitSetByOwner])
  }
  const traffic = ['traffic', 100, undefined]
  t.strictSame(custom(100, 50), [['total_size', 50, true], traffic])
  t.strictSame(custom(100, -1), [['total_size', 'unlimited', true], traffic], 'an administrator may lift it')
  t.strictSame(custom(100, -2), [['total_size', 100, undefined], traffic])
  t.strictSame(custom(0, 50), [['total_size', 50, true]], 'or give room where the licence has none')
})

t.test('a custom quota of 0 means that nothing is left; it does not mean that storage is not in the plan', async t => {
  const full = { quota: { tenantCustomQuota: { enableQuota: true, quota: 0 } } }
  t.match(
    quotas('community', full).filter(({ feature }) => feature === 'total_size'),
    [{ used: 105226698752, limit: 0, limitSetByOwner: true }]
  )
  t.notOk('total_size' in limits('community', { features: [{ id: 'total_size', type: 'size', value: 0 }] }))
})

t.test('in the cloud a custom quota changes nothing', async t => {
  const tenantCustomQuota = { enableQuota: true, quota: 5368709120 }
  t.equal(limits('business', { quota: { tenantCustomQuota } }).total_size, 1342177280000)
  const trial = limits('trial').total_size
  t.not(trial, 5368709120)
  t.equal(limits('trial', { quota: { tenantCustomQuota } }).total_size, trial)
})

t.test('state 0 is a trial: it ends, and does not renew', async t => {
  const { state, stateEndsAt } = report('trial')
  t.equal(state, 'trial')
  t.equal(stateEndsAt?.toISOString(), '2026-12-12T00:00:00.000Z')
  t.notOk(quotas('trial').some(({ renewsAt }) => renewsAt))
  t.match(group('trial').plans, [{ id: '-1', kind: 'trial' }])
})

t.test('a trial licence of a self-hosted portal, which is in state 1, is a trial too', async t => {
  const { state, stateEndsAt } = report('developer-trial')
  t.equal(state, 'trial')
  t.equal(stateEndsAt?.toISOString(), '2026-12-18T00:00:00.000Z')
  t.notOk(quotas('developer-trial').some(({ renewsAt }) => renewsAt))
  t.equal(report('developer-trial', { tariff: { state: 3 } }).state, 'expired')
  t.equal(report('developer-trial', { tariff: { state: 4 } }).state, undefined)
  t.notOk(quotas('developer-trial', { tariff: { state: 4 } }).some(({ renewsAt }) => renewsAt))
})

t.test('state 1 is paid: its due date is the renewal date of every quota but the backups', async t => {
  t.equal(report('business').state, 'active')
  const dates = Object.fromEntries(
    quotas('business').map(({ feature, renewsAt }) => [feature, renewsAt?.toISOString()])
  )
  t.equal(dates.room, '2026-12-05T12:03:34.000Z')
  t.equal(dates.total_size, '2026-12-05T12:03:34.000Z')
  t.equal(dates.free_backup, '2026-12-01T00:00:00.000Z')
})

t.test('a free plan is in state 1 without a due date', async t => {
  t.equal(report('startup').state, 'active')
  t.notOk(quotas('startup').some(({ renewsAt }) => renewsAt))
})

t.test('state 2 is grace, until the delayed due date', async t => {
  const { state, stateEndsAt } = report('business-in-grace')
  t.strictSame([state, stateEndsAt?.toISOString()], ['grace', '2026-11-27T00:00:00.000Z'])
})

t.test('state 3 is not paid, though the limits look as before', async t => {
  t.equal(report('business-expired').state, 'expired')
  t.equal(limits('business-expired').manager, 5)
})

t.test('an unknown state is no state', async t => {
  t.equal(report('business', { tariff: { state: 4 } }).state, undefined)
})

t.test('without the tariff the report stands, without what it would have told', async t => {
  const { state, stateEndsAt, groups } = report('business-with-storage', { noTariff: true })
  t.strictSame([state, stateEndsAt], [undefined, undefined])
  t.strictSame(groups[0]?.plans, [{ id: '-9', name: 'Business', kind: 'business' }])
  t.notOk(groups[0]?.quotas.some(({ feature, renewsAt }) => renewsAt && feature !== 'free_backup'))
  t.equal(report('trial', { noTariff: true }).state, 'trial', 'which the quota answer tells by itself')
})

t.test("a plain user's key shows storage only, since DocSpace tells it nothing else", async t => {
  t.strictSame(
    quotas('business-plain-user').map(({ feature }) => feature),
    ['total_size']
  )
  t.equal(report('business-plain-user').state, 'active')
})

t.test('a fresh portal, with its one admin, is not warned of having few seats left', async t => {
  const warning = (id: string, used: number) =>
    quotas('business', { features: [{ id, value: 3, used: { value: used } }] })[0]?.warnAtRemaining
  t.strictSame(
    [0, 1, 2].map(used => warning('manager', used)),
    [undefined, undefined, 2]
  )
  t.strictSame(
    [0, 1, 2].map(used => warning('room', used)),
    [2, 2, 2],
    'rooms have no such condition'
  )
})

t.test('rooms and seats warn from two left, as DocSpace itself does', async t => {
  const warnings = Object.fromEntries(
    quotas('startup').map(({ feature, warnAtRemaining }) => [feature, warnAtRemaining])
  )
  t.strictSame(warnings, { manager: 2, room: 2, total_size: undefined, users: undefined, aiagent: undefined })
  const [inherited] = quotas('business', { features: [{ id: 'constructor' }] })
  t.equal(inherited?.warnAtRemaining, undefined, 'also not a feature named like what every object has')
})

t.test('the links lead to the portal', async t => {
  t.equal(group('startup').upgradeUrl, 'https://acme.onlyoffice.com/portal-settings/payments/portal-payments')
  const links = quotas('startup').flatMap(({ feature, manageUrl }) => (manageUrl ? [[feature, manageUrl]] : []))
  t.strictSame(links, [['total_size', 'https://acme.onlyoffice.com/portal-settings/management/disk-space']])
})

t.test("the account is the portal's origin", async t =>
  t.equal(report('startup').account, 'https://acme.onlyoffice.com')
)
