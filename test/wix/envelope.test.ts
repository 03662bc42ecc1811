// What is read out of a signed call, where the answer to it does not show.
import { createPublicKey, sign as rsaSign } from 'node:crypto'
import t from 'tap'
import { createEnvelopeReader } from '../../src/wix/envelope.ts'
import { sharedWix, TODAY } from '../helpers/bridge.ts'

const readerOf = (allowUnsigned: boolean) =>
  createEnvelopeReader({
    appId: sharedWix.appId,
    publicKeys: [createPublicKey(sharedWix.publicKeyPem)],
    allowUnsigned,
    now: () => TODAY.getTime()
  })
const read = readerOf(false)

const callWith = async (metadata: object) =>
  read(
    await sharedWix.sign({
      ...sharedWix.payload({ actionKey: 'a' }),
      data: { request: { actionKey: 'a' }, metadata }
    })
  )

t.test('of the languages the first 20 are looked at, and of them those that are texts', async t => {
  const twenty = Array.from({ length: 20 }, (_, index) => `x${index}`)
  t.strictSame((await callWith({ languages: [...twenty, 'de'] })).languages, twenty)
  t.strictSame((await callWith({ languages: ['fr', 5, null, ['de'], {}, 'it'] })).languages, ['fr', 'it'])
  t.strictSame((await callWith({ languages: 'fr' })).languages, [])
  t.strictSame((await callWith({})).languages, [])
})

t.test('a site and a call have names that can be logged and looked up, or none', async t => {
  const named = (name: unknown) => callWith({ instanceId: name, requestId: name })
  const longest = 'x'.repeat(256)
  t.match(await named('site'), { instanceId: 'site', requestId: 'site' })
  t.match(await named(longest), { instanceId: longest, requestId: longest })
  // An empty one would name the connection that all sites share.
  for (const none of ['', `${longest}x`, 5, null, {}]) {
    t.strictSame(await named(none), { actionKey: 'a', languages: [] }, JSON.stringify(none).slice(0, 20))
  }
})

t.test('a signed payload that is no UTF-8 makes no claims', async t => {
  const payload = Buffer.from(JSON.stringify({ ...sharedWix.payload({ actionKey: 'a' }), note: '#' }))
  const signed = (bytes: Buffer) => {
    const text = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${bytes.toString('base64url')}`
    return `${text}.${rsaSign('sha256', Buffer.from(text), sharedWix.privateKeyPem).toString('base64url')}`
  }
  t.match(await read(signed(payload)), { actionKey: 'a' })
  payload.writeUInt8(0xff, payload.lastIndexOf('#'))
  await t.rejects(read(signed(payload)), { code: 'INVALID_CLAIMS' })
})

t.test('an unsigned body has no aliases, of which a few lines make a book', async t => {
  const readUnsigned = readerOf(true)
  t.match(await readUnsigned('{ "actionKey": "a", }'), { actionKey: 'a' })
  await t.rejects(readUnsigned('{ "name": &name "a", "actionKey": *name }'), { code: 'INVALID_REQUEST' })
})

t.test('a site has one name, however it is spelt', async t => {
  const id = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
  t.match(await callWith({ instanceId: id.toUpperCase() }), { instanceId: id })
})
