// POST /v1/quota-info answers 200: what Wix shows.
import { readFileSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import t from 'tap'
import { scenarioNames } from '../../../src/devkit/docspace-scenarios.ts'
import { quotaInfoUrl } from '../../../src/devkit/fake-wix.ts'
import { QuotaInfoAnswer } from '../../../src/wix/contract.ts'
import { bodyOf, sharedWix, startBridge } from '../../helpers/bridge.ts'

const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
const isAnswer = ajv.compile(QuotaInfoAnswer)

/** Links lead to the fake's own port, which differs from run to run. */
function withoutPort(text: string): string {
  return text.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'https://portal.example')
}

t.test('every recorded pair of DocSpace answers has its expected Wix answer', async t => {
  for (const scenario of scenarioNames) {
    const { call } = await startBridge(t, {
      scenario,
      actions: { all: { provider: 'docspace', features: ['room', 'manager', 'total_size', '*'] } }
    })
    const response = await call('all')
    t.equal(response.status, 200, scenario)
    t.equal(response.headers.get('content-type'), 'application/json; charset=utf-8')
    const answer = await bodyOf(response)
    t.ok(isAnswer(answer), scenario, { errors: isAnswer.errors })
    // A plan's id holds the portal's origin, and with it the port.
    for (const plan of answer.actionQuotaInfo.quotaInfo.flatMap(({ plans }) => plans)) plan.id = 'stable'
    const text = `${withoutPort(JSON.stringify(answer, null, 2))}\n`
    const file = new URL(`../../fixtures/answers/${scenario}.json`, import.meta.url)
    if (process.env.UPDATE_ANSWERS) writeFileSync(file, text)
    t.equal(text, readFileSync(file, 'utf8'), scenario)
  }
})

t.test('an action shows its own features, in its order', async t => {
  const { call } = await startBridge(t, {
    scenario: 'startup',
    actions: {
      backwards: { provider: 'docspace', features: ['total_size', 'manager', 'room'] },
      rest: { provider: 'docspace', features: ['users', '*'] }
    }
  })
  const names = async (action: string) =>
    (await bodyOf(await call(action))).actionQuotaInfo.quotaInfo[0]?.quotas.map(quota => quota.featureName)
  t.strictSame(await names('create-room'), ['Rooms', 'Admins'])
  t.strictSame(await names('everything'), ['Rooms', 'Admins', 'Storage space (GB)'])
  t.strictSame(await names('backwards'), ['Storage space (GB)', 'Admins', 'Rooms'])
  t.strictSame(await names('rest'), ['Guests', 'Admins', 'Storage space (GB)', 'Rooms', 'AI agents'])
})

t.test(
  'the same plan has the same id in every action and after a restart; another provider, portal or plan has another',
  async t => {
    const first = await startBridge(t)
    const ids = async ({ call }: typeof first, action: string) =>
      (await bodyOf(await call(action))).actionQuotaInfo.quotaInfo[0]?.plans.map(({ id }) => id)
    const [id] = (await ids(first, 'create-room')) ?? []
    t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    t.strictSame(await ids(first, 'upload-file'), [id])
    const restarted = await startBridge(t, { url: first.docspace.url, apiKey: () => first.docspace.portal.keys.owner })
    t.strictSame(await ids(restarted, 'create-room'), [id])
    t.notSame(await ids(await startBridge(t), 'create-room'), [id], 'another portal')
    first.docspace.load('startup')
    t.notSame(await ids(first, 'create-room'), [id], 'another plan')
  }
)

t.test('nothing is shown for an action that is not enforced, and DocSpace is not asked', async t => {
  const { call, docspace } = await startBridge(t, { actions: { off: { provider: 'docspace', enforced: false } } })
  t.strictSame(await bodyOf(await call('off')), { actionQuotaInfo: { enforced: false, quotaInfo: [] } })
  t.equal(docspace.calls.length, 0)
})

t.test('nothing is shown when no quota is left', async t => {
  const { call } = await startBridge(t, { apiKey: ({ portal }) => portal.keys.user })
  t.strictSame(await bodyOf(await call('create-room')), { actionQuotaInfo: { enforced: false, quotaInfo: [] } })
})

t.test('both calls go out with the key as bearer, without refresh', async t => {
  const { call, docspace } = await startBridge(t)
  await call('create-room')
  const authorization = `Bearer ${docspace.portal.keys.owner}`
  t.strictSame(
    docspace.calls.sort((a, b) => a.endpoint.localeCompare(b.endpoint)),
    [
      { endpoint: 'quota', refresh: false, authorization },
      { endpoint: 'tariff', refresh: false, authorization }
    ]
  )
})

t.test('if only the tariff fails the report still stands, whether it fails fast or not at all', async t => {
  const { call, docspace } = await startBridge(t, { docspace: { deadline: '400ms' } })
  for (const fault of ['status-500', 'hang', 'wrong-schema'] as const) {
    docspace.fail(fault, 'tariff')
    const started = performance.now()
    const response = await call('upload-file')
    const answer = await bodyOf(response)
    t.equal(response.status, 200, fault)
    t.match(answer.actionQuotaInfo.quotaInfo, [
      { plans: [{ name: 'Business' }], quotas: [{ currentUsage: '0.59', limit: '1.22' }] }
    ])
    t.notOk(answer.actionQuotaInfo.quotaInfo[0]?.quotas[0]?.renewalDate)
    t.ok(performance.now() - started < 500, 'within the deadline')
  }
})

t.test('the static provider is answered from the configuration', async t => {
  const { call } = await startBridge(t)
  t.match(await bodyOf(await call('send-email')), {
    actionQuotaInfo: {
      enforced: true,
      quotaInfo: [
        {
          plans: [{ name: 'Free' }],
          quotas: [
            { featureName: 'Emails sent', currentUsage: '346', limit: '500', renewalDate: '2027-01-12T00:00:00.000Z' }
          ],
          upgradeCta: { url: 'https://example.com/upgrade', label: 'Upgrade' }
        }
      ]
    }
  })
})

t.test('a doubled slash, a trailing one and a query string are answered too', async t => {
  const { service, wix } = await startBridge(t, { server: { basePath: '/quota' } })
  const body = await wix.sign(wix.payload({ actionKey: 'send-email' }))
  const origin = new URL(service.publicUrl).origin
  t.equal(service.publicUrl, `${origin}/quota/`)
  for (const path of [
    '/quota/v1/quota-info',
    '/quota//v1/quota-info',
    '/quota/v1/quota-info/',
    '/quota/v1/quota-info?a=b',
    '//quota//v1//quota-info//?'
  ]) {
    t.equal((await fetch(origin + path, { method: 'POST', body })).status, 200, path)
  }
})

t.test('any content type is read as text, and so is none', async t => {
  const { service, wix, post } = await startBridge(t)
  const body = await wix.sign(wix.payload({ actionKey: 'send-email' }))
  for (const type of [
    'text/plain; charset=utf-8',
    'plain/text',
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'nonsense',
    ';;;',
    ' '
  ]) {
    t.equal((await post(body, { 'content-type': type })).status, 200, type)
  }
  const untyped = await fetch(quotaInfoUrl(service.publicUrl), { method: 'POST', body: Buffer.from(body) })
  t.equal(untyped.status, 200, 'no content type')
})

t.test('surplus space around the signed text does no harm', async t => {
  const { wix, post } = await startBridge(t)
  t.equal((await post(`\n ${await wix.sign(wix.payload({ actionKey: 'send-email' }))}\r\n`)).status, 200)
})

t.test(
  'claims: a list of audiences, clocks that differ by a minute, a long life, unknown fields, little metadata',
  async t => {
    const { call } = await startBridge(t)
    const now = Math.floor(Date.parse('2026-11-22T12:00:00Z') / 1000)
    const changes = {
      'aud as a list': { aud: ['somebody', sharedWix.appId] },
      'iat 60 s ahead': { iat: now + 60 },
      'exp 59 s ago': { exp: now - 59 },
      'nbf 60 s ahead': { nbf: now + 60 },
      'a life of ten years': { exp: now + 315_360_000 },
      'an unknown claim': { jti: 'x', unknown: { a: 1 } },
      'no metadata': { data: { request: { actionKey: 'send-email' } } },
      'metadata of other types': {
        data: {
          request: { actionKey: 'send-email' },
          metadata: { requestId: 5, instanceId: {}, languages: 'en', currency: [] }
        }
      },
      'an extension type in lower case': {
        data: { request: { actionKey: 'send-email' }, metadata: { appExtensionType: 'automations_action_provider' } }
      }
    }
    for (const [name, change] of Object.entries(changes)) {
      t.equal((await call('send-email', payload => ({ ...payload, ...change }))).status, 200, name)
    }
  }
)

t.test('while a key is rotated, calls signed with either are answered', async t => {
  const { createFakeWix } = await import('../../../src/devkit/fake-wix.ts')
  const other = createFakeWix({ appId: sharedWix.appId, now: () => Date.parse('2026-11-22T12:00:00Z') })
  const { post, call } = await startBridge(t, { wix: { publicKey: [other.publicKeyPem, sharedWix.publicKeyPem] } })
  t.equal((await call('send-email')).status, 200)
  t.equal((await post(await other.sign(other.payload({ actionKey: 'send-email' })))).status, 200)
})

t.test(
  "with wix.allowUnsigned the reference's own form is answered, trailing comma included, and signed ones still are",
  async t => {
    const { post, call, log } = await startBridge(t, { wix: { allowUnsigned: true } })
    t.equal((await post('{ "actionKey": "create-room", }')).status, 200)
    t.equal((await post('{ "data": { "request": { "actionKey": "create-room" }, "metadata": {} } }')).status, 200)
    t.equal((await call('create-room')).status, 200)
    t.match(log.join(''), /allowUnsigned is on/)
  }
)

t.test('sizes may be configured as text', async t => {
  const { call } = await startBridge(t, { presentation: { sizes: 'in-value' } })
  t.match((await bodyOf(await call('upload-file'))).actionQuotaInfo.quotaInfo[0]?.quotas, [
    { featureName: 'Storage space', currentUsage: '612.36\u00A0GB', limit: '1.22\u00A0TB' }
  ])
})

t.test('own labels take the place of the names', async t => {
  const { call } = await startBridge(t, {
    actions: {
      branded: {
        provider: 'docspace',
        features: ['room', 'total_size'],
        labels: { en: { room: 'Acme rooms', total_size: 'Acme space' } }
      }
    }
  })
  const [group] = (await bodyOf(await call('branded'))).actionQuotaInfo.quotaInfo
  t.strictSame(
    group?.quotas.map(({ featureName }) => featureName),
    ['Acme rooms', 'Acme space (TB)']
  )
})

t.test('no answer may be cached', async t => {
  const { call } = await startBridge(t)
  t.equal((await call('send-email')).headers.get('cache-control'), 'no-store')
})
