// Whatever arrives that is not Wix's call, it is refused as documented, and the next call is answered.
import { METHODS } from 'node:http'
import fc from 'fast-check'
import t from 'tap'
import { startBridge } from '../helpers/bridge.ts'
import { fuzz } from '../helpers/fuzz.ts'
import { rawRequests } from '../helpers/raw-request.ts'
import { brokenCalls, goodCalls } from './broken-calls.ts'
import { readContract } from './document.ts'

const contract = readContract('openapi.yaml')
const PATH = '/v1/quota-info'
const GOOD_CALL_EVERY = 10

/** Headers that change where a message ends or whose connection it is on: they are the client's own. */
const FRAMING = new Set(['connection', 'content-length', 'transfer-encoding', 'upgrade', 'keep-alive', 'trailer', 'te'])
const TOKEN = [..."!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"]
const headerName = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        'accept',
        'accept-encoding',
        'accept-version',
        'authorization',
        'content-encoding',
        'content-language',
        'cookie'
      ],
      ...[
        'expect',
        'forwarded',
        'host',
        'if-none-match',
        'origin',
        'access-control-request-method',
        'range',
        '__proto__'
      ],
      ...['x-forwarded-for', 'x-forwarded-host', 'x-http-method-override', 'x-request-id', 'constructor', 'user-agent']
    )
  },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: fc.constantFrom(...TOKEN), minLength: 1, maxLength: 20 })
      .filter(name => !FRAMING.has(name))
  }
)
const headerValue = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.constantFrom(
    '',
    '*/*',
    'gzip',
    'identity',
    '1.0.0',
    '100-continue',
    '200-ok',
    'application/json',
    'bytes=0-1',
    'a, b;q=0'
  ),
  fc.array(fc.integer({ min: 0x80, max: 0xff }), { maxLength: 20 }).map(codes => String.fromCharCode(...codes))
)
const contentType = fc.oneof(
  fc.constantFrom(
    'text/plain',
    'plain/text',
    'application/json',
    'multipart/form-data',
    'application/x-www-form-urlencoded'
  ),
  fc.constantFrom(
    '',
    ';',
    'text/plain; charset=utf-16',
    'TEXT/PLAIN;;',
    '*/*',
    '__proto__',
    'application/json;charset="'
  ),
  headerValue
)
const headers = fc
  .tuple(fc.option(contentType), fc.array(fc.tuple(headerName, headerValue), { maxLength: 6 }))
  .map(([type, more]): [string, string][] => (type === null ? more : [...more, ['content-type', type]]))

// HEAD's answers have no body to look at, and CONNECT asks for a tunnel.
const methods = METHODS.filter(method => method !== 'HEAD' && method !== 'CONNECT')
const path = fc.oneof(
  fc.constantFrom(
    '//v1/quota-info',
    '/v1/quota-info/',
    `${PATH}?refresh=true`,
    '/V1/QUOTA-INFO',
    '/v1/../v1/quota-info'
  ),
  fc.constantFrom(
    '/%',
    '/%ff',
    `${PATH}%00`,
    `${PATH}%2F`,
    '*',
    'http://example.com/v1/quota-info',
    '/__proto__',
    '/?'
  ),
  fc.webPath().map(text => `/${text}`)
)
const target = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ method: 'POST', path: PATH }) },
  { weight: 1, arbitrary: fc.record({ method: fc.constantFrom(...methods), path: fc.constant(PATH) }) },
  { weight: 1, arbitrary: fc.record({ method: fc.constant('POST'), path }) }
)

t.test('whatever is not a call of Wix is refused as documented, and the server goes on answering', async t => {
  const { service } = await startBridge(t, { logLevel: 'silent' })
  const send = rawRequests(t, service.publicUrl)
  let runs = 0

  const property = fc.asyncProperty(brokenCalls, goodCalls, headers, target, async (broken, good, headers, target) => {
    const answer = await send({ ...target, headers, body: broken.body })
    const { status } = answer
    const violations = await contract.violations('getQuotaInfo', answer)
    const elsewhere = target.method !== 'POST' || target.path !== PATH
    if (status !== broken.status && !(elsewhere && status === 404)) {
      violations.push(`${broken.what}: the status is ${status}, not ${broken.status}`)
    }
    if (runs++ % GOOD_CALL_EVERY === 0) {
      const answer = await send({ method: 'POST', path: PATH, headers, body: good })
      if (answer.status !== 200) violations.push(`the good call got ${answer.status}: ${await answer.clone().text()}`)
      violations.push(...(await contract.violations('getQuotaInfo', answer)))
    }
    if (violations.length > 0) throw new Error(violations.join('\n'))
  })
  await fuzz(t, 'generated-requests', 'requests that are not calls', property)
})

t.test('an Expect that nobody knows is ignored, since every answer has the one form', async t => {
  const { service } = await startBridge(t)
  const send = rawRequests(t, service.publicUrl)
  const answer = await send({ method: 'POST', path: PATH, headers: [['expect', 'wonders']], body: 'hello' })
  t.equal(answer.status, 401)
  t.strictSame(await contract.violations('getQuotaInfo', answer), [])
})
