// Previews over the management API: what Wix would get, told as it would be, for real and made up.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { PreviewAnswer } from '../../src/preview/answer.ts'
import { SAMPLE_STATES, type SampleState } from '../../src/preview/states.ts'
import { bodyOf, errorOf } from '../helpers/bridge.ts'
import { type ManagedBridge, startManagedBridge } from '../helpers/manage.ts'

const SITE = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
const KEPT = { freshFor: '60s', keepFor: '24h', patience: '1s' }

const shown = async ({ manage }: Pick<ManagedBridge, 'manage'>, asked: object): Promise<PreviewAnswer> => {
  const answer = await manage('POST', 'v1/preview', { action: 'everything', language: 'en', ...asked })
  return JSON.parse(await answer.text())
}
/** A call of Wix's to a service that can keep up: a busy machine is no part of what is tested. */
async function asWix({ call }: ManagedBridge, action: string): Promise<Response> {
  for (;;) {
    const answer = await call(action)
    if (answer.status !== 503 || !(await answer.clone().text()).includes('OVERLOADED')) return answer
    await sleep(100)
  }
}
const lineOf = (log: readonly string[], message: string) =>
  log.map(line => JSON.parse(line)).find(({ msg }) => msg === message)
/** What differs from call to call. */
const settled = ({
  ms: _ms,
  upstreamMs: _upstream,
  time: _time,
  reqId: _id,
  listener: _listener,
  wixRequest: _wix,
  ...line
}: Record<string, unknown>) => line

t.test('real numbers of a site: its own, its way to connect without a token, and none without one', async t => {
  const bridge = await startManagedBridge(t, { connectUrl: 'https://app.example.com/connect' })
  const none = await shown(bridge, { action: 'site-room', site: SITE })
  t.match(none, { status: 200, served: 'none', cacheStatus: 'quota-bridge; fwd=bypass', isSample: false })
  t.equal(none.ageSeconds, undefined)
  t.match(none.modal.groups, [
    {
      plans: [],
      quotas: [{ usage: '0 of 0', tooltip: { text: "ONLYOFFICE DocSpace isn't connected to this site yet." } }, {}],
      button: { label: 'Connect ONLYOFFICE DocSpace', url: 'https://app.example.com/connect?token=…' }
    }
  ])
  await bridge.connect(SITE, { url: bridge.docspace.url, apiKey: bridge.docspace.portal.keys.owner })
  const connected = await shown(bridge, { action: 'site-room', site: SITE.toUpperCase() })
  t.match(connected, { status: 200, served: 'miss', logLine: { site: SITE, provider: 'sites' } })
  t.strictSame((await bodyOf(await bridge.ask(SITE))).actionQuotaInfo, connected.answer?.actionQuotaInfo)
  t.match(await shown(bridge, { action: 'site-room' }), {
    served: 'none',
    modal: { message: 'Wix shows nothing for this action.', groups: [] }
  })
})

t.test(
  'of a connection that is refused the older numbers are shown, with the way to connect again, without a token',
  async t => {
    const sites = { freshFor: '0s', keepFor: '24h', patience: '1s' }
    const bridge = await startManagedBridge(t, { connectUrl: 'https://app.example.com/connect', sites })
    await bridge.connect(SITE, { url: bridge.docspace.url, apiKey: bridge.docspace.portal.keys.owner })
    t.match(await shown(bridge, { action: 'site-room', site: SITE }), { served: 'miss' })
    bridge.docspace.fail('bad-key')
    t.match(await shown(bridge, { action: 'site-room', site: SITE }), {
      ...{ served: 'stale', cacheStatus: /detail=refused$/ },
      modal: {
        groups: [{ button: { label: 'Connect ONLYOFFICE DocSpace', url: 'https://app.example.com/connect?token=…' } }]
      }
    })
  }
)

t.test('what goes wrong is told as Wix is told, with the calls that failed', async t => {
  const bridge = await startManagedBridge(t, {})
  bridge.docspace.fail('status-503')
  const failed = await shown(bridge, { language: 'ar' })
  t.match(failed, {
    ...{ language: 'ar', direction: 'rtl', status: 503, served: 'none' },
    error: { applicationError: { code: 'QUOTA_UNAVAILABLE' } },
    modal: { title: 'إدارة حصص الأتمتة', message: 'يتلقى Wix خطأ بدلًا من الأرقام.', groups: [] }
  })
  t.ok(failed.upstream.length > 0 && failed.upstream.every(({ finding }) => finding !== undefined))
  await asWix(bridge, 'everything')
  const { site: _site, ...told } = settled(lineOf(bridge.log, 'quota not told'))
  t.strictSame(settled(failed.logLine), told)
})

t.test('upgrade buttons of real numbers lead by way of us, as in an answer', async t => {
  const bridge = await startManagedBridge(t, { server: { publicUrl: 'https://quota.example.com' } })
  const [real] = (await shown(bridge, {})).modal.groups
  t.match(real?.button?.url, /^https:\/\/quota\.example\.com\/v1\/upgrade\/eyJ/)
  const [sample] = (await shown(bridge, { state: 'fresh' })).modal.groups
  t.match(sample?.button?.url, /^https:\/\/portal\.example\.com\//)
})

t.test('every state, made up: nobody is asked, and the same presenter says it', async t => {
  const bridge = await startManagedBridge(t, { docspace: KEPT, connectUrl: 'https://app.example.com/connect' })
  const inState = async (state: SampleState) =>
    shown(bridge, { action: state === 'not-connected' ? 'site-room' : 'everything', state })
  const answers = Object.fromEntries(
    await Promise.all(SAMPLE_STATES.map(async state => [state, await inState(state)] as const))
  )
  for (const answer of Object.values(answers)) t.match(answer, { isSample: true, upstream: [] })
  t.strictSame(bridge.docspace.calls, [])
  const tips = (state: SampleState) =>
    answers[state]?.modal.groups.flatMap(({ quotas }) => quotas.map(({ tooltip }) => tooltip?.text ?? '')).join(' ')
  t.match(answers.fresh, { status: 200, served: 'miss', ageSeconds: 0 })
  t.match(answers.older, { status: 200, served: 'stale', ageSeconds: 7200, cacheStatus: /detail=unavailable$/ })
  t.match(tips('older'), /Last updated November 22 at 10:00 UTC|Last updated 10:00/)
  t.match(tips('grace'), /Payment is overdue\. The plan stays active until November 29, 2026\./)
  t.match(tips('expired'), /The plan has expired\./)
  t.match(tips('trial'), /The trial ends on/)
  t.match(tips('over-limit'), /Over the limit: 11 of 10 used\./)
  t.notMatch(JSON.stringify(answers.unlimited?.answer), /"limit"/)
  t.match(answers['not-connected'], { served: 'none', modal: { groups: [{ button: { url: /\?token=…$/ } }] } })
  t.match(answers.down, { status: 503, served: 'none', error: { applicationError: { code: 'QUOTA_UNAVAILABLE' } } })
  const buttons = (['fresh', 'grace', 'expired', 'trial'] as const).map(
    state => answers[state]?.modal.groups[0]?.button?.label
  )
  t.strictSame(buttons, ['Upgrade', 'Pay now', 'Renew', 'Choose a plan'])
})

t.test('a sample is shown under the rules of its provider and its action', async t => {
  const bridge = await startManagedBridge(t, {
    actions: {
      silent: { provider: 'docspace', enforced: false },
      ordered: { provider: 'docspace', features: ['manager', 'room'] }
    }
  })
  t.match(await shown(bridge, { state: 'older' }), { status: 503 }, 'where nothing is kept, there is nothing older')
  t.match(await shown(bridge, { action: 'silent', state: 'fresh' }), { modal: { message: /shows nothing/ } })
  t.strictSame(
    (await shown(bridge, { action: 'ordered', state: 'fresh', language: 'de' })).modal.groups[0]?.quotas.map(
      ({ name }) => name
    ),
    ['Admins', 'Räume']
  )
  t.match(
    await shown(bridge, { state: 'not-connected' }),
    { modal: { message: /shows nothing/ } },
    'all sites share one'
  )
})

t.test('what can be asked for is what the configuration has at that moment', async t => {
  const bridge = await startManagedBridge(t, {})
  const choices = JSON.parse(await (await bridge.manage('GET', 'v1/preview')).text())
  t.match(choices, {
    actions: [{ key: 'create-room', provider: 'docspace' }],
    providers: [
      { name: 'docspace', isPerSite: false },
      { name: 'sites', isPerSite: true },
      { name: 'newsletter', isPerSite: false }
    ],
    states: [...SAMPLE_STATES],
    isStoreKept: true
  })
  t.equal(choices.languages.length, 32)
  t.ok(choices.languages.some(({ tag, name }: { tag: string; name: string }) => tag === 'de' && name === 'Deutsch'))
  bridge.rewrite({ actions: { 'new-one': { provider: 'newsletter' } } })
  t.equal((await bridge.manage('POST', 'v1/config/reload')).status, 200)
  t.match(await shown(bridge, { action: 'new-one', state: 'fresh' }), { status: 200 })
})

t.test('what cannot be asked for is refused, with what is wrong', async t => {
  const bridge = await startManagedBridge(t, {})
  const refused = async (body: unknown) => errorOf(await bridge.manage('POST', 'v1/preview', body))
  t.match(await refused({ action: 'nobodys', language: 'de' }), { status: 404, code: 'ACTION_NOT_FOUND' })
  for (const body of [
    {},
    { action: 'everything' },
    { action: 'everything', language: 'de', state: 'happy' },
    { action: 'everything', language: 'de', site: 'a\0b' },
    { action: 'everything', language: 'x'.repeat(65) },
    { action: 'everything', language: 'de', more: 1 }
  ])
    t.match(await refused(body), { status: 400, code: 'INVALID_REQUEST' }, JSON.stringify(body))
  t.match(await shown(bridge, { language: 'not a tag', state: 'fresh' }), { language: 'en' }, 'as for a call of Wix')
})

t.test('real numbers: the answer, its age, its log line and the calls are those of a call of Wix', async t => {
  const bridge = await startManagedBridge(t, { docspace: KEPT })
  const preview = await shown(bridge, { action: 'create-room', language: 'de' })
  t.match(preview, { language: 'de', direction: 'ltr', isSample: false, status: 200, served: 'miss', ageSeconds: 0 })
  t.strictSame(preview.upstream.map(({ method, operation }) => `${method} ${operation}`).sort(), [
    'GET quota',
    'GET tariff'
  ])
  const again = await shown(bridge, { action: 'create-room', language: 'en' })
  t.match(again, { served: 'hit', cacheStatus: /^quota-bridge; hit; ttl=\d+$/ })
  t.strictSame(again.upstream, [], 'from memory: nobody was asked')
  const answer = await asWix(bridge, 'create-room')
  t.equal(answer.headers.get('cache-status'), again.cacheStatus)
  t.strictSame(await bodyOf(answer), again.answer)
  const { site, ...told } = settled(lineOf(bridge.log, 'quota told'))
  t.ok(site)
  t.strictSame(settled(again.logLine), told)
  t.match(lineOf(bridge.log, 'quota previewed'), { by: 'default', action: 'create-room', status: 200 })
})
