import t from 'tap'
import { createPresenter } from '../../src/presentation/presenter.ts'
import type { QuotaReport } from '../../src/quota/report.ts'

const now = () => Date.parse('2026-11-22T15:00:00Z')
const GB = 1024 ** 3
const report: QuotaReport = {
  vocabulary: 'docspace',
  account: 'https://acme.onlyoffice.com',
  state: 'active',
  groups: [
    {
      plans: [{ id: 'p', name: { en: 'Free', de: 'Gratis', sv: 'Fri' } }],
      quotas: [
        { feature: 'room', unit: 'count', used: 9, limit: 10 },
        { feature: 'total_size', unit: 'bytes', used: Math.floor(1.404 * GB), limit: 2 * GB },
        { feature: 'letters', name: { sv: 'Brev', de: 'Briefe' }, unit: 'count', used: 1, limit: 10 }
      ],
      upgradeUrl: 'https://acme.onlyoffice.com/pay'
    }
  ]
}
const labels = new Map([
  [
    'de',
    new Map([
      ['room', 'Acme-Räume'],
      ['button.upgrade', 'Acme Pro holen'],
      ['tooltip.near-limit.count', 'Nur noch {remaining, number}']
    ])
  ],
  ['en', new Map([['room', 'Acme rooms']])]
])

type Presenting = Parameters<typeof createPresenter>[0]

function told(languages: readonly unknown[], options: Partial<Presenting> = {}) {
  const { answer, language } = createPresenter({ sizes: 'in-name', now, ...options })({ kind: 'report', report }, [], {
    languages,
    labels
  })
  const [group] = answer.quotaInfo
  return {
    language,
    plan: group?.plans[0]?.name,
    names: group?.quotas.map(({ featureName }) => featureName),
    storage: group?.quotas[1]?.currentUsage.replace(/\s/g, ' '),
    tooltip: group?.quotas[0]?.additionalInfo?.description,
    button: group?.upgradeCta?.label
  }
}

t.test("the maker's own wordings are told to readers of their language, and to no others", async t => {
  const german = {
    language: 'de',
    plan: 'Gratis',
    names: ['Acme-Räume', 'Speicherplatz (GB)', 'Briefe'],
    tooltip: 'Nur noch 1',
    button: 'Acme Pro holen'
  }
  t.match(told(['de-AT']), german)
  t.match(told(['de']), german, 'also the second time')
  t.match(told(['en-GB']), { language: 'en', plan: 'Free', names: ['Acme rooms', 'Storage space (GB)', 'Brev'] })
  t.match(told(['fr']), { language: 'fr', plan: 'Free', names: ['Salles', 'Espace de stockage (Go)', 'Brev'] })
  t.equal(told(['fr']).button, 'Mettre à niveau')
})

t.test("names in several languages fall back to the configured default's", async t => {
  t.match(told(['fr'], { language: 'de' }), { language: 'fr', plan: 'Gratis', names: ['Salles', /Go/, 'Briefe'] })
  t.match(told(['xx'], { language: 'de' }), { language: 'de', plan: 'Gratis' })
})

t.test('numbers are plain in every language, and as the language writes them where sizes are text', async t => {
  for (const language of ['en', 'fr', 'ru', 'ar']) t.equal(told([language]).storage, '1.4', language)
  t.equal(told(['fr'], { sizes: 'in-value' }).storage, '1,4 Go')
  t.equal(told(['ru'], { sizes: 'in-value' }).storage, '1,4 ГБ')
})

t.test('an answer that shows nothing has a language too, and one of earlier numbers tells their age', async t => {
  const presenter = createPresenter({ sizes: 'in-name', now })
  const reader = { languages: ['fr-CH'], labels }
  t.strictSame(presenter({ kind: 'nothing' }, [], reader), {
    answer: { enforced: false, quotaInfo: [] },
    language: 'fr'
  })
  const { answer } = presenter(
    { kind: 'report', report, asOf: { fetchedAt: new Date('2026-11-22T14:05:00Z') } },
    [],
    reader
  )
  t.match(answer.quotaInfo[0]?.quotas[2]?.additionalInfo, { description: /^Dernière mise à jour\s: 14:05 UTC\.$/ })
})
