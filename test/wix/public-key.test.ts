import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { readPublicKey } from '../../src/wix/public-key.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = String(publicKey.export({ type: 'spki', format: 'pem' }))

t.test('one key in every form it travels in is the same key', async t => {
  const forms = {
    pem,
    'pem with literal \\n': pem.replaceAll('\n', '\\n'),
    'pem with blanks for newlines': pem.replaceAll('\n', ' '),
    'pem with line breaks of Windows': pem.replaceAll('\n', '\r\n'),
    'pem without any newline': pem.replaceAll('\n', ''),
    'base64 of the pem with blanks': Buffer.from(pem.replaceAll('\n', ' ')).toString('base64'),
    'base64 of the pem': Buffer.from(pem).toString('base64'),
    'base64 in lines': Buffer.from(pem)
      .toString('base64')
      .replace(/(.{76})/g, '$1\n'),
    'base64 in lines that became literal \\n': Buffer.from(pem)
      .toString('base64')
      .replace(/(.{76})/g, '$1\\n'),
    'base64 of the pem with literal \\n': Buffer.from(pem.replaceAll('\n', '\\n')).toString('base64'),
    'pem with spaces around': `  ${pem}\n\n`,
    'pem of PKCS #1': String(publicKey.export({ type: 'pkcs1', format: 'pem' }))
  }
  for (const [form, text] of Object.entries(forms)) t.ok(readPublicKey(text).equals(publicKey), form)
})

t.test('what is no public RSA key of enough bits is refused with the reason', async t => {
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' })
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' })
  t.throws(() => readPublicKey('hello'), /not a readable public key/)
  t.throws(() => readPublicKey(pem.slice(0, 100)), /copy it whole/)
  t.throws(() => readPublicKey(String(privateKey.export({ type: 'pkcs8', format: 'pem' }))), /is a private key/)
  t.throws(() => readPublicKey(String(small)), /only 1024 bits/)
  t.throws(() => readPublicKey(String(curve)), /ec key; Wix signs with RSA/)
})
