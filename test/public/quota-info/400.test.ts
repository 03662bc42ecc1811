// POST /v1/quota-info answers 400: well signed, but no question that we can understand.
import { request } from 'node:http'
import { pino } from 'pino'
import t from 'tap'
import { quotaInfoUrl } from '../../../src/devkit/fake-wix.ts'
import { NOTHING_TO_SHOW } from '../../../src/presentation/present.ts'
import { buildPublicApp } from '../../../src/public/app.ts'
import { errorOf, startBridge } from '../../helpers/bridge.ts'

t.test('a signed payload without a usable action key is refused, and the place is named', async t => {
  const { call } = await startBridge(t)
  const payloads = {
    'no data': [{ data: undefined }, 'data'],
    'data as a string': [{ data: '{"request":{"actionKey":"create-room"}}' }, 'data'],
    'data as a list': [{ data: [] }, 'data'],
    'no request': [{ data: {} }, 'data.request'],
    'no action key': [{ data: { request: {} } }, 'data.request.actionKey'],
    'an empty action key': [{ data: { request: { actionKey: '' } } }, 'data.request.actionKey'],
    'an action key of 10,000 characters': [
      { data: { request: { actionKey: 'a'.repeat(10_000) } } },
      'data.request.actionKey'
    ],
    'an action key that is a number': [{ data: { request: { actionKey: 5 } } }, 'data.request.actionKey'],
    'metadata that is no object': [{ data: { request: { actionKey: 'create-room' }, metadata: 'x' } }, 'data.metadata'],
    'another extension type': [
      {
        data: { request: { actionKey: 'create-room' }, metadata: { appExtensionType: 'AUTOMATIONS_TRIGGER_PROVIDER' } }
      },
      'data.metadata.appExtensionType'
    ],
    'an extension type that begins alike': [
      {
        data: { request: { actionKey: 'create-room' }, metadata: { appExtensionType: 'AUTOMATIONS_ACTION_VALIDATOR' } }
      },
      'data.metadata.appExtensionType'
    ]
  } as const
  for (const [name, [change, field]] of Object.entries(payloads)) {
    const error = await errorOf(await call('create-room', payload => ({ ...payload, ...change })))
    t.match(error, { status: 400, code: 'INVALID_REQUEST', data: { field }, wellFormed: true }, name)
  }
})

t.test('with wix.allowUnsigned, an unsigned body that asks nothing is refused as a request', async t => {
  const { post } = await startBridge(t, { wix: { allowUnsigned: true } })
  for (const body of [
    '{}',
    '{ "actionKey": 5 }',
    '{ "actionKey": "" }',
    '{ "actionKey"',
    '{"data":{"request":{}}}',
    '{ "a": &a [*a, *a] }'
  ]) {
    t.match(await errorOf(await post(body)), { status: 400, code: 'INVALID_REQUEST', wellFormed: true }, body)
  }
})

t.test('bytes that are no HTTP get an answer of the same form', async t => {
  const { service } = await startBridge(t)
  const { hostname, port } = new URL(service.publicUrl)
  const { connect } = await import('node:net')
  const refusal = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write('NONSENSE\r\n\r\n'))
    let text = ''
    socket.on('data', chunk => {
      text += chunk
    })
    socket.on('end', () => resolve(text)).on('error', reject)
  })
  t.match(refusal, /^HTTP\/1\.1 400 Bad Request\r\n/)
  t.match(JSON.parse(refusal.slice(refusal.indexOf('\r\n\r\n'))), { applicationError: { code: 'INVALID_REQUEST' } })
})

t.test('headers beyond all measure are refused, and a socket that was reset is forgotten', async t => {
  const { service, call } = await startBridge(t)
  const status = await new Promise((resolve, reject) => {
    request(quotaInfoUrl(service.publicUrl), { method: 'POST', headers: { 'x-much': 'a'.repeat(40_000) } }, answer =>
      resolve(answer.statusCode)
    )
      .on('error', reject)
      .end()
  })
  t.equal(status, 431)
  const { connect } = await import('node:net')
  const { hostname, port } = new URL(service.publicUrl)
  await new Promise<void>(resolve => {
    const socket = connect(Number(port), hostname, () => {
      socket.write('POST /v1/quota-info HTTP/1.1\r\n')
      socket.resetAndDestroy()
      resolve()
    })
  })
  t.equal((await call('send-email')).status, 200)
})

t.test('what Fastify itself refuses has the same form', async t => {
  const app = buildPublicApp({
    connections: { removeSite: async () => 0 },
    logger: pino({ level: 'silent' }),
    basePaths: ['/'],
    forward: [],
    connectTokens: { linkFor: async address => address },
    origins: { note: async () => {} },
    language: () => 'en',
    isStopping: () => false,
    publish: () => {},
    maxConcurrentCalls: 1,
    readEnvelope: async () => ({ actionKey: 'a', languages: [] }),
    readAppEvent: async () => ({ eventType: 'AppInstalled', signedAt: 0 }),
    quotas: { upgradeUrl: async () => undefined, ask: () => Promise.reject(new Error('not asked')) },
    presenter: () => ({ answer: NOTHING_TO_SHOW, language: 'en' })
  })
  // A real socket cannot lie about its length: Node cuts or waits.
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/quota-info',
    headers: { 'content-length': '5' },
    body: 'four'
  })
  t.equal(answer.statusCode, 400)
  t.match(answer.json(), {
    message: 'The request or its body is not well-formed.',
    applicationError: { code: 'INVALID_REQUEST' }
  })
})
