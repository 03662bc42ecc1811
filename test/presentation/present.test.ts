import t from 'tap'
import { present } from '../../src/presentation/present.ts'
import { wordsOf } from '../../src/presentation/words.ts'
import type { Quota, QuotaReport } from '../../src/quota/report.ts'

const now = new Date('2026-11-22T12:00:00Z')
const tomorrow = new Date('2026-11-23T12:00:00Z')
const yesterday = new Date('2026-11-21T12:00:00Z')
const GB = 1024 ** 3

function say(quota: Partial<Quota>, report: Partial<QuotaReport> = {}) {
  const whole: QuotaReport = {
    vocabulary: 'docspace',
    account: 'https://acme.onlyoffice.com',
    state: 'active',
    groups: [
      {
        plans: [{ id: '-3', name: 'Startup' }],
        quotas: [{ feature: 'room', unit: 'count', used: 1, limit: 100, ...quota }],
        upgradeUrl: 'https://acme.onlyoffice.com/pay'
      }
    ],
    ...report
  }
  return present(whole, { words: wordsOf('en'), sizes: 'in-name', now, labels: new Map() })
}
const first = (...args: Parameters<typeof say>) => say(...args).quotaInfo[0]?.quotas[0]
const tooltip = (...args: Parameters<typeof say>) => first(...args)?.additionalInfo?.description
const button = (...args: Parameters<typeof say>) => say(...args).quotaInfo[0]?.upgradeCta?.label

t.test('unlimited has no limit, and needs no button where nothing else is limited', async t => {
  t.strictSame(first({ limit: 'unlimited' }), { featureName: 'Rooms', currentUsage: '1' })
  t.equal(button({ limit: 'unlimited' }), undefined)
})

t.test('the button is by state', async t => {
  t.equal(button({}, { state: 'active' }), 'Upgrade')
  t.equal(button({}, { state: 'trial' }), 'Choose a plan')
  t.equal(button({}, { state: 'grace' }), 'Pay now')
  t.equal(button({}, { state: 'expired' }), 'Renew')
})

t.test('a renewal date already past is left out', async t => {
  t.equal(first({ renewsAt: tomorrow })?.renewalDate, '2026-11-23T12:00:00.000Z')
  t.equal(first({ renewsAt: yesterday })?.renewalDate, undefined)
  t.equal(first({ renewsAt: now })?.renewalDate, undefined)
})

t.test('a tooltip from 90 %, at the limit, and over it', async t => {
  t.equal(tooltip({ used: 89 }), undefined)
  t.equal(tooltip({ used: 90 }), '90 of 100 used, 10 left.')
  t.equal(tooltip({ used: 100 }), 'Limit reached: 100 of 100 used.')
  t.equal(tooltip({ used: 1234, limit: 100 }), 'Over the limit: 1,234 of 100 used.')
  t.equal(tooltip({ used: 3, limit: 5, warnAtRemaining: 2 }), '3 of 5 used, 2 left.')
  t.equal(tooltip({ used: 2, limit: 5, warnAtRemaining: 2 }), undefined)
})

t.test('nothing bought is said by 0 of 0 alone', async t => {
  t.strictSame(first({ used: 0, limit: 0 }), { featureName: 'Rooms', currentUsage: '0', limit: '0' })
  t.equal(tooltip({ used: 3, limit: 0 }), 'Over the limit: 3 of 0 used.', 'what is used was not bought')
})

t.test('a limit of 0 that the owner set leaves nothing, whatever is used', async t => {
  const size = { feature: 'total_size', unit: 'bytes' as const, limit: 0, limitSetByOwner: true as const }
  t.match(first({ ...size, used: 98 * GB }), {
    featureName: 'Storage space (GB)',
    currentUsage: '98',
    limit: '0',
    additionalInfo: { description: 'Over the limit: 98\u00A0GB of 0\u00A0B used.' }
  })
  t.equal(tooltip({ ...size, used: 0 }), 'Limit reached: 0\u00A0B of 0\u00A0B used.')
})

t.test('a size is said prettily in the tooltip, which links to where storage is managed', async t => {
  const manageUrl = 'https://acme.onlyoffice.com/portal-settings/management/disk-space'
  const size = { feature: 'total_size', unit: 'bytes' as const, used: Math.floor(1.9 * GB), limit: 2 * GB, manageUrl }
  t.strictSame(first(size), {
    featureName: 'Storage space (GB)',
    currentUsage: '1.89',
    limit: '2',
    additionalInfo: {
      description: '1.89\u00A0GB of 2\u00A0GB used (94%).',
      cta: { url: manageUrl, label: 'Manage storage' }
    }
  })
  t.equal(first({ ...size, used: GB })?.additionalInfo, undefined, 'no link where there is nothing to say')
})

t.test('the line of 90 % is exact, to the byte', async t => {
  const size = { unit: 'bytes' as const, limit: 10_000_000_000_000 }
  t.equal(tooltip({ ...size, used: 8_999_999_999_999 }), undefined)
  t.match(tooltip({ ...size, used: 9_000_000_000_000 }), /\(90%\)/)
})

t.test('the tooltip says how the plan stands', async t => {
  t.equal(
    tooltip({}, { state: 'grace', stateEndsAt: tomorrow }),
    'Payment is overdue. The plan stays active until November 23, 2026.'
  )
  t.equal(tooltip({}, { state: 'grace', stateEndsAt: yesterday }), 'Payment is overdue.')
  t.equal(tooltip({}, { state: 'grace' }), 'Payment is overdue.')
  const thisMorning = new Date('2026-11-22T00:00:00Z')
  t.equal(
    tooltip({}, { state: 'grace', stateEndsAt: thisMorning }),
    'Payment is overdue. The plan stays active until November 22, 2026.',
    'the last day belongs to it'
  )
  t.equal(tooltip({}, { state: 'trial', stateEndsAt: thisMorning }), 'The trial ends on November 22, 2026.')
  t.equal(tooltip({}, { state: 'trial', stateEndsAt: yesterday }), undefined)
  t.equal(tooltip({}, { state: 'expired' }), 'The plan has expired.')
  t.equal(tooltip({}, { state: 'trial', stateEndsAt: tomorrow }), 'The trial ends on November 23, 2026.')
  t.equal(tooltip({}, { state: 'trial' }), undefined)
  t.equal(tooltip({ used: 100 }, { state: 'expired' }), 'Limit reached: 100 of 100 used. The plan has expired.')
})

t.test('plans are named by their kind, else by the upstream, else in general', async t => {
  const name = (plan: object) =>
    say(
      {},
      { groups: [{ plans: [{ id: '-1', ...plan }], quotas: [{ feature: 'room', unit: 'count', used: 1, limit: 2 }] }] }
    ).quotaInfo[0]?.plans[0]?.name
  t.equal(name({ kind: 'trial' }), 'Trial')
  t.equal(name({ kind: 'wallet-storage', size: 2 * 1024 ** 4 }), 'Additional storage (2\u00A0TB)')
  t.equal(name({ kind: 'wallet-storage' }), 'Additional storage')
  t.equal(name({ kind: 'business', name: 'تجاري' }), 'Business')
  t.equal(name({ kind: 'nobody-knows', name: 'Special' }), 'Special')
  t.equal(name({ name: 'Special' }), 'Special')
  t.equal(name({ kind: 'nobody-knows' }), 'Current plan')
  t.equal(name({}), 'Current plan')
})

t.test('features without a name anywhere are named by their id', async t => {
  t.equal(first({ feature: 'seat', name: 'Seats' })?.featureName, 'Seats')
  t.equal(first({ feature: 'seat' })?.featureName, 'seat')
})

t.test('a group without a quota is left out, and without a group nothing is shown', async t => {
  const group = {
    plans: [{ id: '1', name: 'A' }],
    quotas: [{ feature: 'room', unit: 'count' as const, used: 1, limit: 2 }]
  }
  t.equal(say({}, { groups: [group, { plans: [], quotas: [] }] }).quotaInfo.length, 1)
  t.strictSame(say({}, { groups: [{ plans: [], quotas: [] }] }), { enforced: false, quotaInfo: [] })
})

t.test('what is managed elsewhere is called storage only where it is', async t => {
  const label = (unit: 'count' | 'bytes') => {
    const quota: Quota = { feature: 'x', unit, used: 9, limit: 9, manageUrl: 'https://example.com/manage' }
    const report: QuotaReport = { vocabulary: 'static', account: 'a', groups: [{ plans: [], quotas: [quota] }] }
    const { quotaInfo } = present(report, {
      words: wordsOf('en'),
      sizes: 'in-name',
      now: new Date(),
      labels: new Map()
    })
    return quotaInfo[0]?.quotas[0]?.additionalInfo?.cta?.label
  }
  t.strictSame([label('bytes'), label('count')], ['Manage storage', 'Manage'])
})

t.test('an amount without any unit above it is in bytes', async t => {
  t.match(first({ unit: 'bytes', used: 500, limit: 900, name: 'Notes', feature: 'notes' }), {
    featureName: 'Notes (B)',
    currentUsage: '500',
    limit: '900'
  })
})

t.test('what is not known of the state changes nothing, and a plan keeps its id for ever', async t => {
  const quotas = [{ feature: 'room', unit: 'count' as const, used: 1, limit: 2 }]
  const groups = [{ plans: [{ id: '-3', name: 'Startup' }], quotas, upgradeUrl: 'https://acme.onlyoffice.com/pay' }]
  const report = { vocabulary: 'docspace', account: 'https://acme.onlyoffice.com', groups }
  const answer = present(report, { words: wordsOf('en'), sizes: 'in-name', now, labels: new Map() })
  t.match(answer.quotaInfo, [
    { plans: [{ id: '44911933-1449-5045-956b-804bd9106161' }], upgradeCta: { label: 'Upgrade' } }
  ])
})
