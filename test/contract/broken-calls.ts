// Quota calls of which at least one thing is broken, and the status that each must get. None of them is ever right by chance.
import { createHmac, createPrivateKey, constants as crypto, sign as signBytes } from 'node:crypto'
import fc from 'fast-check'
import { sharedWix, TODAY } from '../helpers/bridge.ts'

export interface BrokenCall {
  /** How it was broken. */
  what: string
  body: Uint8Array
  status: number
  /** How a counterexample is printed. */
  [fc.toStringMethod](): string
}

const BODY_MAX_BYTES = 64 * 1024
const SECONDS = TODAY.getTime() / 1000
const TOLERANCE_SECONDS = 60
const key = createPrivateKey(sharedWix.privateKeyPem)
const GOOD_HEADER = { alg: 'RS256' }
/** Always as long as this, so that a seed finds the same calls again. */
const good = () => ({
  ...sharedWix.payload({ actionKey: 'send-email' }),
  data: { request: { actionKey: 'send-email' }, metadata: { requestId: '1670756264.11667254865110420' } }
})

const encode = (bytes: string | Uint8Array) => Buffer.from(bytes).toString('base64url')
const rs256 = (input: string) => signBytes('sha256', Buffer.from(input), key)

/** A compact JWS, whatever its header and payload are. */
function jws(header: unknown, payload: string | Uint8Array, sign: (input: string) => Uint8Array = rs256): string {
  const input = `${encode(JSON.stringify(header))}.${encode(payload)}`
  return `${input}.${encode(sign(input))}`
}
const GOOD = jws(GOOD_HEADER, JSON.stringify(good()))

function call(what: string, status: number, body: string | Uint8Array): BrokenCall {
  const bytes = Buffer.from(body)
  return {
    what,
    body: bytes,
    status: bytes.length > BODY_MAX_BYTES ? 413 : status,
    [fc.toStringMethod]: () => `${what}, ${status}: ${JSON.stringify(bytes.toString('latin1').slice(0, 3000))}`
  }
}
const signed = (what: string, status: number, payload: unknown) =>
  call(what, status, jws(GOOD_HEADER, JSON.stringify(payload)))

const anything = fc.jsonValue({ maxDepth: 2 })
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 40 }))

/** One bit of what a part means; flipped in its base64url form alone, the last character may mean what it meant. */
const flipped = fc.tuple(fc.nat(2), fc.nat(), fc.nat(7)).map(([part, at, bit]) => {
  const parts = GOOD.split('.')
  const bytes = Buffer.from(parts[part] ?? '', 'base64url')
  bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ (1 << bit), at % bytes.length)
  parts[part] = encode(bytes)
  return call(`a bit of part ${part} flipped`, 401, parts.join('.'))
})

const truncated = fc.nat(GOOD.length - 1).map(length => call('truncated', 401, GOOD.slice(0, length)))

const joined = fc
  .tuple(fc.constantFrom('', '.', ' ', '\n', ','), fc.constantFrom(GOOD, GOOD.split('.')[2] ?? '', '{}', 'x'))
  .map(([between, more]) => call('something behind', 401, `${GOOD}${between}.${more}`))

/** Inside; around it, blanks are nothing. */
const spliced = fc
  .tuple(fc.nat(GOOD.length - 2), fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }))
  .map(([at, more]) => call('something in between', 401, GOOD.slice(0, at + 1) + more + GOOD.slice(at + 1)))

const hmac = (secret: string) => (input: string) => createHmac('sha256', secret).update(input).digest()
const pss = (input: string) =>
  signBytes('sha256', Buffer.from(input), { key, padding: crypto.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
const algorithms: Record<string, (input: string) => Uint8Array> = {
  none: () => new Uint8Array(),
  HS256: hmac(sharedWix.publicKeyPem),
  HS512: hmac(''),
  PS256: pss,
  RS384: input => signBytes('sha384', Buffer.from(input), key),
  RS512: input => signBytes('sha512', Buffer.from(input), key),
  rs256: rs256,
  'RS256 ': rs256
}
const otherAlgorithm = fc
  .tuple(fc.constantFrom(...Object.entries(algorithms)), fc.boolean())
  .map(([[alg, sign], claimed]) =>
    call(`signed by ${alg}`, 401, jws({ alg: claimed || sign === rs256 ? alg : 'RS256' }, JSON.stringify(good()), sign))
  )

const otherHeader = fc
  .oneof(
    anything.filter(value => typeof value !== 'object' || value === null || Array.isArray(value)),
    fc.record({ alg: anything.filter(alg => alg !== 'RS256') }),
    fc.record({ alg: fc.constant('RS256'), crit: anything }),
    fc.record({ alg: fc.constant('RS256'), crit: fc.constant(['b64']), b64: fc.boolean() })
  )
  .map(header => call('another header', 401, jws(header, JSON.stringify(good()))))

const isTime = (value: unknown): value is number => typeof value === 'number'
const NOT_RIGHT: Record<string, (value: unknown) => boolean> = {
  iss: value => value !== 'wix.com',
  aud: value => !(Array.isArray(value) ? value : [value]).includes(sharedWix.appId),
  iat: value => !isTime(value) || value > SECONDS + TOLERANCE_SECONDS,
  exp: value => !isTime(value) || value <= SECONDS - TOLERANCE_SECONDS,
  nbf: value => !isTime(value) || value > SECONDS + TOLERANCE_SECONDS
}
const claimValue = fc.oneof(
  anything,
  fc.integer({ min: SECONDS - 200, max: SECONDS + 200 }),
  fc.constantFrom(SECONDS - TOLERANCE_SECONDS, SECONDS + TOLERANCE_SECONDS + 1),
  fc.constantFrom('wix.com.', 'WIX.COM', 'https://wix.com', String(SECONDS), 1e300, -1, [], [''], sharedWix.appId)
)
const otherClaim = fc
  .tuple(fc.constantFrom(...Object.entries(NOT_RIGHT)), claimValue)
  .filter(([[, isWrong], value]) => isWrong(value))
  .map(([[claim], value]) => signed(`${claim} wrong`, 401, { ...good(), [claim]: value }))
const withoutClaim = fc
  .constantFrom('iss', 'aud', 'iat', 'exp')
  .map(claim => signed(`${claim} missing`, 401, { ...good(), [claim]: undefined }))

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
const noObject = anything.filter(value => !isObject(value))
const noKey = fc.oneof(
  anything.filter(value => typeof value !== 'string'),
  fc.constantFrom('', 'x'.repeat(257))
)
const otherData = fc
  .oneof(
    noObject,
    noObject.map(request => ({ request })),
    noKey.map(actionKey => ({ request: { actionKey } })),
    fc.record({ request: fc.constant({ actionKey: 'send-email' }), metadata: noObject }),
    anything
      .filter(value => typeof value !== 'string' || !/^automations_action_provider$/i.test(value))
      .map(appExtensionType => ({ request: { actionKey: 'send-email' }, metadata: { appExtensionType } }))
  )
  .map(data => signed('data of another kind', 400, { ...good(), data }))
const otherAction = text
  .filter(actionKey => actionKey !== '')
  .map(actionKey =>
    signed('an action that nobody has', 404, { ...good(), data: { request: { actionKey: `${actionKey}!` } } })
  )

const otherPayload = fc
  .oneof(
    anything.map(value => JSON.stringify(value)),
    text,
    fc.uint8Array({ maxLength: 200 }),
    // A payload that is right, but for a byte that is no UTF-8 or for JSON's end.
    fc.constantFrom(
      Buffer.concat([Buffer.from(JSON.stringify(good())), Buffer.from([0xff])]),
      JSON.stringify(good()).slice(0, -1)
    )
  )
  .map(payload => call('another payload, well signed', 401, jws(GOOD_HEADER, payload)))

const noise = fc.oneof(
  text.map(body => call('a text', 401, body)),
  fc.uint8Array({ maxLength: 400 }).map(body => call('bytes', 401, body)),
  fc
    .uint8Array({ maxLength: 20 })
    .map(more => call('bytes behind', 401, Buffer.concat([Buffer.from(`${GOOD}.`), more]))),
  anything.map(value => call('JSON', 401, JSON.stringify(value))),
  fc.constant(call('the payload, not signed', 401, JSON.stringify(good())))
)

const large = fc
  .tuple(fc.constantFrom('a', '.', ' .', 'a.', '{"a":', '\u0000', 'é', '[['), fc.integer({ min: 1000, max: 70_000 }))
  .map(([piece, bytes]) => call('large', 401, piece.repeat(bytes / Buffer.byteLength(piece))))

/** A call that must be refused. */
export const brokenCalls: fc.Arbitrary<BrokenCall> = fc.oneof(
  { weight: 3, arbitrary: flipped },
  { weight: 2, arbitrary: truncated },
  { weight: 1, arbitrary: joined },
  { weight: 2, arbitrary: spliced },
  { weight: 2, arbitrary: otherAlgorithm },
  { weight: 2, arbitrary: otherHeader },
  { weight: 3, arbitrary: otherClaim },
  { weight: 1, arbitrary: withoutClaim },
  { weight: 3, arbitrary: otherData },
  { weight: 1, arbitrary: otherAction },
  { weight: 2, arbitrary: otherPayload },
  { weight: 3, arbitrary: noise },
  { weight: 1, arbitrary: large }
)

const tag = fc.oneof(
  fc.constantFrom(
    'en-US',
    'de',
    'DE_de',
    'zh-Hant-TW',
    'i-klingon',
    'x',
    '*',
    '',
    'de-DE-u-co-phonebk',
    'en-',
    '__proto__'
  ),
  text
)
/** A call that must be answered, whatever is strange about what nobody needs. */
export const goodCalls: fc.Arbitrary<string> = fc
  .record({
    languages: fc.oneof(fc.array(fc.oneof(tag, anything)), anything),
    requestId: fc.oneof(text, anything),
    instanceId: fc.oneof(text, anything),
    currency: anything,
    identity: anything
  })
  .map(metadata => {
    const data = { request: { actionKey: 'send-email' }, metadata, more: 1 }
    return jws(GOOD_HEADER, JSON.stringify({ ...good(), data, more: [] }))
  })
