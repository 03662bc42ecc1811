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

t.test('a key is base64 of 32 bytes', async t => {
  t.strictSame(readKey(old.toString('base64')), old)
  for (const wrong of [
    '',
    'short',
    old.toString('hex'),
    randomBytes(31).toString('base64'),
    randomBytes(33).toString('base64')
  ])
    t.equal(readKey(wrong), undefined, wrong)
})
