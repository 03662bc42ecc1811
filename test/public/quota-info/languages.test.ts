// POST /v1/quota-info in the reader's language, whatever stands in metadata.languages.
import t from 'tap'
import { bodyOf, startBridge } from '../../helpers/bridge.ts'

type Bridge = Awaited<ReturnType<typeof startBridge>>

async function ask({ call }: Bridge, languages: unknown, action = 'everything') {
  const response = await call(action, payload => ({
    ...payload,
    data: { request: { actionKey: action }, metadata: languages === undefined ? {} : { languages } }
  }))
  const [group] = (await bodyOf(response)).actionQuotaInfo.quotaInfo
  return {
    status: response.status,
    language: response.headers.get('content-language'),
    names: group?.quotas.map(({ featureName }) => featureName),
    plan: group?.plans[0]?.name
  }
}

t.test('the answer is in the language that fits the reader best, and says so', async t => {
  const bridge = await startBridge(t)
  t.match(await ask(bridge, ['fr-CA']), {
    language: 'fr',
    names: ['Salles', 'Administrateurs', 'Espace de stockage (To)']
  })
  t.match(await ask(bridge, ['zh-TW', 'en']), { language: 'zh-Hant', names: ['房間', '管理員', '儲存空間（TB）'] })
  t.match(await ask(bridge, ['xx', 'no']), { language: 'nb' })
})

t.test('bad languages get the default, at once and without an error', async t => {
  const bridge = await startBridge(t)
  const german = await startBridge(t, { presentation: { language: 'de' } })
  const bad = {
    missing: undefined,
    empty: [],
    '5,000 entries': Array(5000).fill('xx'),
    'not strings': [1, null, {}, ['fr']],
    'no list': 'fr',
    null: null,
    'a path': ['../../etc'],
    'a tag of 30 KB': ['x'.repeat(30_000)],
    'a well-formed tag of 30 KB': [`en-${'abcdefgh-'.repeat(3300)}x`]
  }
  for (const [name, languages] of Object.entries(bad)) {
    const started = performance.now()
    t.match(await ask(bridge, languages), { status: 200, language: 'en', names: ['Rooms', 'Admins', /^Storage/] }, name)
    t.match(await ask(german, languages), { status: 200, language: 'de' }, name)
    t.ok(performance.now() - started < 500, `${name} costs no time`)
  }
})

t.test('an action that shows nothing, and static names, have a language too', async t => {
  const bridge = await startBridge(t, {
    actions: { off: { provider: 'docspace', enforced: false } },
    newsletter: { plan: { en: 'Free', de: 'Gratis' }, quota: { en: 'Emails sent', 'pt-BR': 'E-mails' } }
  })
  t.match(await ask(bridge, ['ja'], 'off'), { status: 200, language: 'ja' })
  t.match(await ask(bridge, ['de-CH'], 'send-email'), { language: 'de', plan: 'Gratis', names: ['Emails sent'] })
  t.match(await ask(bridge, ['pt'], 'send-email'), { language: 'pt-BR', plan: 'Free', names: ['E-mails'] })
})

t.test("odd tags get a plain answer, in ASCII digits, in the language's words and the region's formats", async t => {
  const bridge = await startBridge(t, { presentation: { sizes: 'in-value' } })
  const regions = ['AE', 'BH', 'DZ', 'EG', 'IQ', 'JO', 'KW', 'LB', 'LY', 'MA', 'OM', 'QA', 'SA', 'SD', 'SO', 'SY', 'TD']
  const expected = new Map<string[], { language: string; size: RegExp }>([
    [['x-private'], { language: 'en', size: /^612\.36\u00A0GB$/ }],
    [['und'], { language: 'en', size: /^612\.36\u00A0GB$/ }],
    [['i-klingon', 'en-GB-oed', 'art-lojban'], { language: 'en', size: /^612\.36\u00A0GB$/ }],
    [['en-US-u-nu-arab'], { language: 'en', size: /^612\.36\u00A0GB$/ }],
    [['de-DE-u-ca-buddhist'], { language: 'de', size: /^612,36\u00A0GB$/ }],
    [['de-CH'], { language: 'de', size: /^612\.36\u00A0GB$/ }],
    [['az-AZ'], { language: 'en', size: /^612\.36\u00A0GB$/ }],
    [['ar-EG'], { language: 'ar', size: /^612\.36\u00A0غيغابايت$/ }],
    [['ro-RO'], { language: 'ro', size: /^612,36\u00A0GB$/ }],
    [['pt-PT', 'pt-BR'], { language: 'pt-PT', size: /^612,36\u00A0GB$/ }],
    [regions.map(region => `ar-${region}`), { language: 'ar', size: /^612\.36\u00A0غيغابايت$/ }],
    [['fr', 'CH', 'GB', 'US'].map(part => `de-${part}-x-a`), { language: 'de', size: /^612/ }]
  ])
  for (const [languages, { language, size }] of expected) {
    const response = await bridge.call('upload-file', payload => ({
      ...payload,
      data: { request: { actionKey: 'upload-file' }, metadata: { languages } }
    }))
    const [quota] = (await bodyOf(response)).actionQuotaInfo.quotaInfo[0]?.quotas ?? []
    t.match([response.status, response.headers.get('content-language')], [200, language], languages.join())
    t.match(quota?.currentUsage, size, languages.join())
    t.match(quota?.limit, /^[0-9.,]+\u00A0\p{L}+$/u, languages.join())
  }
})

t.test('20 regions in a row each get their own formats, and the first again those that it had', async t => {
  const bridge = await startBridge(t, { presentation: { sizes: 'in-value' } })
  const usage = async (tag: string) => {
    const response = await bridge.call('upload-file', payload => ({
      ...payload,
      data: { request: { actionKey: 'upload-file' }, metadata: { languages: [tag] } }
    }))
    return (await bodyOf(response)).actionQuotaInfo.quotaInfo[0]?.quotas[0]?.currentUsage
  }
  const points = 'MX US GT HN NI PA PE PR SV DO CU BZ'.split(' ')
  const commas = 'ES AR BO CL CO CR EC PY UY VE'.split(' ')
  for (const region of [...points, ...points]) t.equal(await usage(`es-${region}`), '612.36\u00A0GB', region)
  for (const region of [...commas, ...commas]) t.equal(await usage(`es-${region}`), '612,36\u00A0GB', region)
})
