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
