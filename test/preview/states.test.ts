// Made-up reports: each adapter's own, and in each state what that state says.
import t from 'tap'
import { SAMPLE_STATES, sampleReport } from '../../src/preview/states.ts'
import { docspace } from '../../src/providers/docspace/index.ts'
import { http } from '../../src/providers/http/index.ts'
import { staticAdapter } from '../../src/providers/static/index.ts'
import type { ProviderAdapter } from '../../src/quota/provider.ts'
import { QuotaReport } from '../../src/quota/report.ts'
import type { SourceSettings } from '../../src/quota/source.ts'
import { Type, Value } from '../../src/schema.ts'
import { settingsOf } from '../helpers/http-provider.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const freshness = { freshForMs: 0, patienceMs: 0, deadlineMs: 0, keepForMs: 0 }

const source = (adapter: ProviderAdapter, settings: unknown): SourceSettings => ({
  ...{ name: 'p', adapter, settings, freshness }
})

const written = {
  requests: { usage: { get: 'https://api.example.com/usage' } },
  quotas: {
    credits: { names: { en: 'Credits', de: 'Guthaben' }, used: { at: 'usage#/used' }, limit: 500 },
    files: { unit: 'bytes', used: { at: 'usage#/bytes' }, limit: 'unlimited', manageUrl: 'https://example.com/files' }
  },
  upgradeUrl: 'https://example.com/billing'
}
const groups = [
  {
    plans: [{ id: 'free', name: 'Free' }],
    quotas: [{ feature: 'emails', name: 'Emails', unit: 'count', used: 3, limit: 500 }]
  }
]
const plain: ProviderAdapter = {
  type: 'plain',
  title: 'Plain',
  settingsSchema: Type.Object({}),
  connectionSchema: Type.Object({}),
  features: () => ({ known: ['calls'], shown: ['calls'] }),
  create() {
    throw new Error('nobody is asked')
  }
}

const sources = {
  docspace: source(docspace, { upgradePath: '/upgrade' }),
  http: source(http, settingsOf(written)),
  static: source(staticAdapter, { groups }),
  'an adapter without samples': source(plain, {})
}

for (const [name, of] of Object.entries(sources)) {
  t.test(`${name}: a report in every state, of all that it knows`, async t => {
    for (const state of SAMPLE_STATES) {
      const report = sampleReport(of, state, NOW)
      t.ok(Value.Check(QuotaReport, report), state)
      const quotas = report.groups.flatMap(group => group.quotas)
      t.strictSame(
        quotas.map(({ feature }) => feature).sort(),
        [...of.adapter.features(of.settings).known].sort(),
        `${state}: each feature, once`
      )
      const limited = quotas.filter(({ limit }) => limit !== 'unlimited')
      if (state === 'unlimited') t.equal(limited.length, 0)
      else t.ok(limited.length > 0)
      t.equal(
        limited.every(({ used, limit }) => used > Number(limit)),
        state === 'over-limit' || state === 'unlimited',
        `${state}: over every limit, or not`
      )
    }
  })

  t.test(`${name}: the plan's state is told, and when it ends`, async t => {
    const planOf = (state: (typeof SAMPLE_STATES)[number]) => sampleReport(of, state, NOW)
    t.equal(planOf('fresh').state, 'active')
    t.equal(planOf('fresh').stateEndsAt, undefined)
    t.equal(planOf('expired').state, 'expired')
    for (const state of ['grace', 'trial'] as const) {
      t.equal(planOf(state).state, state)
      t.ok(Number(planOf(state).stateEndsAt) > NOW.getTime(), `${state} ends`)
    }
  })
}

t.test("an adapter's own names and addresses are in its sample", async t => {
  const [group] = sampleReport(sources.http, 'fresh', NOW).groups
  t.strictSame(group, {
    plans: [{ id: 'sample' }],
    quotas: [
      { feature: 'credits', unit: 'count', used: 9, limit: 10, name: { en: 'Credits', de: 'Guthaben' } },
      {
        ...{ feature: 'files', unit: 'bytes', used: 9 * 1024 ** 3, limit: 10 * 1024 ** 3 },
        manageUrl: 'https://example.com/files'
      }
    ],
    upgradeUrl: 'https://example.com/billing'
  })
  t.match(sampleReport(sources.docspace, 'fresh', NOW).groups[0], {
    plans: [{ kind: 'business' }],
    upgradeUrl: 'https://portal.example.com/upgrade'
  })
  t.match(sampleReport(sources.docspace, 'trial', NOW).groups[0]?.plans, [{ kind: 'trial' }])
  t.match(sampleReport(sources.static, 'fresh', NOW).groups, groups)
})
