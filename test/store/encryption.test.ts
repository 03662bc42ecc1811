import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createKeyring, readKey, SealError } from '../../src/store/encryption.ts'

const [old, young] = [randomBytes(32), randomBytes(32)]
const owner = ['docspace', 'site-1']

t.test('what was sealed opens, for its owner alone', async t => {
  const keyring = createKeyring([young])
  const sealed = keyring.seal('{"apiKey":"é"}', owner)
  t.equal(keyring.open(sealed, owner), '{"apiKey":"é"}')
  t.equal(sealed.keyId, keyring.keyId)
  t.notMatch(sealed.sealed, 'apiKey')
  for (const other of [
    ['docspace', 'site-2'],
    ['other', 'site-1'],
    ['docspacesite-1'],
    ['docspace', 'site-1', ''],
    ['doc', 'spacesite-1']
  ]) {
    t.throws(() => keyring.open(sealed, other), SealError, other.join('+'))
  }
})

t.test('the same text is sealed differently each time', async t => {
  const keyring = createKeyring([young])
  const texts = new Set(Array.from({ length: 100 }, () => keyring.seal('same', owner).sealed.slice(0, 16)))
  t.equal(texts.size, 100)
})

t.test('the first key encrypts, all decrypt, and a key that is gone opens nothing', async t => {
  const sealed = createKeyring([old]).seal('text', owner)
  const rotating = createKeyring([young, old])
  t.equal(rotating.open(sealed, owner), 'text')
  t.not(rotating.seal('text', owner).keyId, sealed.keyId)
  t.throws(() => createKeyring([young]).open(sealed, owner), /no configured encryption key has the id [0-9a-f]{16}/)
  t.throws(() => createKeyring([]), /no encryption key is configured/)
})

t.test('a text that was changed, cut or mixed does not open', async t => {
  const keyring = createKeyring([young])
  const { keyId, sealed } = keyring.seal('text', owner)
  const bytes = Buffer.from(sealed, 'base64')
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    t.throws(() => keyring.open({ keyId, sealed: changed.toString('base64') }, owner), SealError, `byte ${at}`)
    t.throws(
      () => keyring.open({ keyId, sealed: bytes.subarray(0, at).toString('base64') }, owner),
      SealError,
      `cut at ${at}`
    )
  }
})

t.test('nothing that was cut opens, also of an empty text', async t => {
  const keyring = createKeyring([young])
  const { keyId, sealed } = keyring.seal('', owner)
  const bytes = Buffer.from(sealed, 'base64')
  t.equal(keyring.open({ keyId, sealed }, owner), '')
  for (let at = 0; at < bytes.length; at++) {
    const cut = { keyId, sealed: bytes.subarray(0, at).toString('base64') }
    t.throws(() => keyring.open(cut, owner), SealError, `cut at ${at}`)
  }
})

t.test('what an earlier version sealed opens', async t => {
  const key = Buffer.from('a key for tests, of 32 bytes ...')
  const sealed = {
    keyId: '4fd9ceb0200d596a',
    sealed: 'y2kk76MMm8mSCs+fnlqRoSzghbqsI30uhlr257nLjr5++wjKaK06g8AmHQ=='
  }
  const keyring = createKeyring([key])
  t.equal(keyring.open(sealed, owner), '{"apiKey":"é"}')
  t.strictSame([keyring.keyId, keyring.seal('', owner).sealed.length], [sealed.keyId, 40])
})

t.test('the keys that open are told, and which one seals', async t => {
  const [one, two] = [createKeyring([young]), createKeyring([old])]
  const both = createKeyring([young, old])
  t.strictSame([both.keyId, both.keyIds], [one.keyId, [one.keyId, two.keyId]])
  t.equal(both.seal('text', owner).keyId, one.keyId)
})

t.test('a key is base64 of 32 bytes', async t => {
  t.strictSame(readKey(old.toString('base64')), old)
  for (const wrong of [
    `${old.toString('base64').slice(0, 20)}!${old.toString('base64').slice(20)}`,
    Buffer.alloc(32, 255).toString('base64url'),
    Buffer.alloc(32, 255).toString('base64').slice(0, -1),
    '',
    'short',
    old.toString('hex'),
    randomBytes(31).toString('base64'),
    randomBytes(33).toString('base64')
  ])
    t.equal(readKey(wrong), undefined, wrong)
})
