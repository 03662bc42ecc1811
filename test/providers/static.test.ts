import t from 'tap'
import { staticAdapter } from '../../src/providers/static/index.ts'
import { Value } from '../../src/schema.ts'
import { SILENT } from '../helpers/log-sink.ts'

t.test('what stands in the configuration is the report', async t => {
  const settings = {
    groups: [
      {
        plans: [{ id: 'free', name: 'Free' }],
        quotas: [
          {
            feature: 'emails',
            name: 'Emails sent',
            unit: 'count' as const,
            used: 346,
            limit: 500,
            renewsAt: '2027-01-12T00:00:00Z'
          },
          { feature: 'archive', name: 'Archive', unit: 'bytes' as const, used: 0, limit: 'unlimited' as const }
        ],
        upgradeUrl: 'https://example.com/upgrade'
      }
    ]
  }
  t.strictSame(staticAdapter.features(settings), { known: ['emails', 'archive'], shown: ['emails', 'archive'] })
  const provider = staticAdapter.create(settings, { name: 'newsletter', now: Date.now, log: SILENT })
  const report = await provider.fetchReport(undefined, {
    signal: AbortSignal.timeout(1000),
    planMayHaveChanged: false,
    deadlineAt: 1000
  })
  t.strictSame(report, {
    vocabulary: 'static',
    account: 'newsletter',
    state: 'active',
    groups: [
      {
        plans: [{ id: 'free', name: 'Free' }],
        quotas: [
          {
            feature: 'emails',
            name: 'Emails sent',
            unit: 'count',
            used: 346,
            limit: 500,
            renewsAt: new Date('2027-01-12T00:00:00Z')
          },
          { feature: 'archive', name: 'Archive', unit: 'bytes', used: 0, limit: 'unlimited' }
        ],
        upgradeUrl: 'https://example.com/upgrade'
      }
    ]
  })
  t.strictSame(await provider.check(undefined, { signal: AbortSignal.timeout(1000) }), { health: 'ok' })
  t.equal(provider.upgradeUrl(undefined, 0), 'https://example.com/upgrade')
  await provider.close()
})

t.test('two groups have two pages, and a feature of both is named once', async t => {
  const group = (id: string) => ({
    plans: [{ id, name: id }],
    quotas: [{ feature: 'emails', name: 'Emails', unit: 'count' as const, used: 1, limit: 5 }],
    upgradeUrl: `https://example.com/${id}`
  })
  const settings = { groups: [group('mail'), group('sms')] }
  t.strictSame(staticAdapter.features(settings), { known: ['emails'], shown: ['emails'] })
  const provider = staticAdapter.create(settings, { name: 'shop', now: Date.now, log: SILENT })
  t.strictSame(
    [0, 1, 2].map(place => provider.upgradeUrl(undefined, place)),
    ['https://example.com/mail', 'https://example.com/sms', undefined]
  )
})

t.test('a date of renewal is one that there is', async t => {
  const quota = { feature: 'emails', name: 'Emails', unit: 'count', used: 1, limit: 5 }
  const mayBe = (renewsAt: string) =>
    Value.Check(staticAdapter.settingsSchema, { groups: [{ plans: [], quotas: [{ ...quota, renewsAt }] }] })
  for (const date of ['2027-01-12T00:00:00Z', '2027-12-31T23:59:59.5+02:00']) t.ok(mayBe(date), date)
  for (const date of [
    '2027-13-12T00:00:00Z',
    '2027-00-12T00:00:00Z',
    '2027-01-32T00:00:00Z',
    '2027-01-12T24:00:00Z',
    '2027-01-12'
  ])
    t.notOk(mayBe(date), date)
})
