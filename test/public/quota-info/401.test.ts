// POST /v1/quota-info answers 401: not from Wix, or not for us, or not now.
import { createHmac, sign as rsaSign } from 'node:crypto'
import t from 'tap'
import { createFakeWix } from '../../../src/devkit/fake-wix.ts'
import { errorOf, sharedWix, startBridge, TODAY } from '../../helpers/bridge.ts'

const base64url = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

t.test('what is not a compact JWS of ours is INVALID_SIGNATURE', async t => {
  const { post, wix } = await startBridge(t)
  const payload = wix.payload({ actionKey: 'create-room' })
  const good = await wix.sign(payload)
  const [header = '', body = '', signature = ''] = good.split('.')
  const stranger = createFakeWix({ appId: wix.appId, now: () => TODAY.getTime() })
  const hmac = (text: string) => createHmac('sha256', wix.publicKeyPem).update(text).digest('base64url')
  const hs256 = `${base64url({ alg: 'HS256' })}.${body}`
  const rs512 = `${base64url({ alg: 'RS512' })}.${body}`
  const withHeader = (extra: object) => wix.sign(payload, { alg: 'RS256', ...extra })
  const crit = `${base64url({ alg: 'RS256', crit: ['b64'], b64: true })}.${body}`
  const b64False = `${base64url({ alg: 'RS256', crit: ['b64'], b64: false })}.${JSON.stringify(payload)}`
  const signed = (text: string, digest = 'sha256') =>
    `${text}.${rsaSign(digest, Buffer.from(text), wix.privateKeyPem).toString('base64url')}`
  const bodies: Record<string, string | Uint8Array> = {
    'an empty body': '',
    'not UTF-8': Uint8Array.of(0xff, 0xfe, 0xc0, 0x80),
    'plain JSON': '{ "actionKey": "create-room", }',
    'a text': 'hello',
    'two parts': `${header}.${body}`,
    'four parts': `${good}.x`,
    'alg none': `${base64url({ alg: 'none' })}.${body}.`,
    'alg none, with the signature': `${base64url({ alg: 'none' })}.${body}.${signature}`,
    'HS256 keyed with our public key': `${hs256}.${hmac(hs256)}`,
    RS512: signed(rs512, 'sha512'),
    'a crit header': signed(crit),
    'a crit header that unencodes the payload': signed(b64False),
    'no alg': signed(`${base64url({})}.${body}`),
    'a header that is no JSON': signed(`${base64url('nonsense')}.${body}`),
    'a tampered payload': `${header}.${base64url({ ...payload, aud: 'other' })}.${signature}`,
    'a tampered header': `${base64url({ alg: 'RS256', kid: 'x' })}.${body}.${signature}`,
    'a cut signature': good.slice(0, -2),
    'no signature': `${header}.${body}.`,
    'a blank in the signature': `${header}.${body}.${signature.slice(0, 9)} ${signature.slice(9)}`,
    'a line break in the signature': `${header}.${body}.${signature.slice(0, 76)}\n${signature.slice(76)}`,
    'a padded signature': `${good}==`,
    "somebody else's key": await stranger.sign(payload),
    'a key in the header': await stranger.sign(payload, { alg: 'RS256', jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } }),
    'a JSON-serialised JWS': JSON.stringify({ protected: header, payload: body, signature }),
    'a quoted JWS': JSON.stringify(good)
  }
  for (const [name, sent] of Object.entries(bodies)) {
    t.match(await errorOf(await post(sent)), { status: 401, code: 'INVALID_SIGNATURE', wellFormed: true }, name)
  }
  t.equal((await post(await withHeader({ kid: 'x', typ: 'JWT' }))).status, 200, 'a harmless header does no harm')
  t.equal((await post(good)).status, 200, 'and the server still answers')
})

t.test('every wrong, missing or future claim is INVALID_CLAIMS, and is named', async t => {
  const { call } = await startBridge(t)
  const now = Math.floor(TODAY.getTime() / 1000)
  const changes = {
    'no iss': ['iss', { iss: undefined }],
    'another iss': ['iss', { iss: 'https://wix.com' }],
    'iss as a list': ['iss', { iss: ['wix.com'] }],
    'no aud': ['aud', { aud: undefined }],
    'another aud': ['aud', { aud: 'another-app' }],
    'a list without us': ['aud', { aud: ['another-app'] }],
    'an empty list': ['aud', { aud: [] }],
    'no iat': ['iat', { iat: undefined }],
    'iat as a text': ['iat', { iat: String(now) }],
    'iat 61 s ahead': ['iat', { iat: now + 61 }],
    'iat in milliseconds': ['iat', { iat: TODAY.getTime() }],
    'no exp': ['exp', { exp: undefined }],
    'exp null': ['exp', { exp: null }],
    'exp 60 s ago': ['exp', { exp: now - 60 }],
    'nbf 61 s ahead': ['nbf', { nbf: now + 61 }],
    'nbf as a text': ['nbf', { nbf: 'now' }]
  } as const
  for (const [name, [claim, change]] of Object.entries(changes)) {
    const error = await errorOf(await call('create-room', payload => ({ ...payload, ...change })))
    t.match(error, { status: 401, code: 'INVALID_CLAIMS', data: { claim }, wellFormed: true }, name)
  }
})

t.test('a signed payload that is no object makes no claims', async t => {
  const { call, post } = await startBridge(t)
  for (const payload of [null, [], 'text', 5]) {
    t.match(
      await errorOf(await call('create-room', () => payload)),
      { status: 401, code: 'INVALID_CLAIMS' },
      JSON.stringify(payload)
    )
  }
  const text = `${base64url({ alg: 'RS256' })}.${base64url('not json')}`
  const signed = `${text}.${rsaSign('sha256', Buffer.from(text), sharedWix.privateKeyPem).toString('base64url')}`
  t.match(await errorOf(await post(signed)), { status: 401, code: 'INVALID_CLAIMS', wellFormed: true })
})

t.test('with wix.allowUnsigned, a wrongly signed call is still refused', async t => {
  const { call, post } = await startBridge(t, { wix: { allowUnsigned: true } })
  t.equal((await errorOf(await call('create-room', payload => ({ ...payload, aud: 'x' })))).code, 'INVALID_CLAIMS')
  t.equal((await errorOf(await post('hello'))).code, 'INVALID_SIGNATURE')
})
