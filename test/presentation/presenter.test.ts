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

t.test("numbers and dates are those of the reader's own region, the words those of the language", async t => {
  const tooltips = (languages: string[], options: Partial<Presenting> = {}) => {
    const { answer, language } = createPresenter({ sizes: 'in-value', now, ...options })(
      { kind: 'report', report: { ...report, state: 'trial', stateEndsAt: new Date('2026-12-05T00:00:00Z') } },
      [],
      { languages, labels }
    )
    const [, storage] = answer.quotaInfo[0]?.quotas ?? []
    return { language, usage: storage?.currentUsage.replace(/\s/g, ' '), tooltip: storage?.additionalInfo?.description }
  }
  t.match(tooltips(['es-MX']), { language: 'es', usage: '1.4 GB', tooltip: /el 5 de diciembre de 2026/ })
  t.match(tooltips(['es']), { language: 'es', usage: '1,4 GB' })
  t.match(tooltips(['en-GB']), { language: 'en', tooltip: 'The trial ends on 5 December 2026.' })
  t.match(tooltips(['xx', 'en-GB', 'de-CH']), { language: 'en', tooltip: /5 December/ }, 'of the tag that was chosen')
  t.match(
    tooltips(['de-CH']),
    { language: 'de', usage: '1.4 GB', tooltip: /endet am 5\. Dezember/ },
    'beside own words'
  )
  t.match(tooltips(['de-CH']), { language: 'de', usage: '1.4 GB' }, 'also the second time')
  t.match(tooltips(['nn-NO']), { language: 'nb', usage: '1,4 GB' }, "another language's region says nothing")
  t.match(tooltips(['xx-CH'], { language: 'de' }), { language: 'de', usage: '1,4 GB' }, 'nor that of none')
  t.match(tooltips(['ar-EG']), { language: 'ar', usage: '1.4 غيغابايت', tooltip: /٢٠٢٦/ }, 'Wix gets ASCII digits')
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

t.test(
  'who is shown the same report in the same words gets the same answer, until a date in it comes to pass',
  async t => {
    let at = Date.parse('2026-11-22T12:00:00Z')
    const presenter = createPresenter({ sizes: 'in-name', now: () => at })
    const report: QuotaReport = {
      ...{ vocabulary: 'shop', account: 'a', state: 'trial', stateEndsAt: new Date('2026-11-30T00:00:00Z') },
      groups: [
        {
          plans: [{ id: 'p', name: 'Plan' }],
          quotas: [
            {
              ...{ feature: 'rooms', unit: 'count', used: 1, limit: 5 },
              renewsAt: new Date('2026-11-25T00:00:00Z')
            }
          ]
        }
      ]
    }
    const ask = (languages: string[], more: object = {}) =>
      presenter({ kind: 'report', report, ...more }, ['*'], { languages, labels: new Map() })
    const first = ask(['en'])
    t.equal(ask(['en']), first)
    t.not(ask(['de']).answer, first.answer)
    t.equal(ask(['en']), first, 'each reader has their own')
    const asOf = { fetchedAt: new Date(at - 60_000) }
    t.not(ask(['en'], { asOf }).answer, first.answer, 'what is older says how old')
    t.match(first.answer.quotaInfo[0]?.quotas[0]?.renewalDate, '2026-11-25')

    at = Date.parse('2026-11-25T00:00:00Z')
    const renewed = ask(['en'])
    t.equal(renewed.answer.quotaInfo[0]?.quotas[0]?.renewalDate, undefined)
    t.match(renewed.answer.quotaInfo[0]?.quotas[0]?.additionalInfo?.description, /trial ends/)
    t.equal(ask(['en']), renewed)
    at = Date.parse('2026-12-02T00:00:00Z')
    t.equal(ask(['en']).answer.quotaInfo[0]?.quotas[0]?.additionalInfo, undefined)
    at = Date.parse('2026-11-22T12:00:00Z')
    t.match(ask(['en']).answer, first.answer, 'also after the clock was set back')

    for (const language of ['de', 'fr', 'it', 'es', 'nl', 'ja', 'pt-BR', 'sv', 'da']) ask([language])
    t.strictSame(ask(['en']).answer, first.answer, 'what is said to many readers is said anew')
  }
)
