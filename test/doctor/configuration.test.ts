// The checks that ask nobody: each one's passing and failing twin.
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { sharedWix } from '../helpers/bridge.ts'
import { examineIn, SOUND } from '../helpers/examine.ts'

const wix = (publicKey: unknown) => ({ wix: { ...SOUND.wix, publicKey } })

t.test('QB-CONFIG: what there is, or each mistake with its place and what would be right', async t => {
  const dir = t.testdir()
  t.match((await examineIn(dir, { offline: true })).one('QB-CONFIG'), { status: 'ok', found: '1 provider, 1 action' })
  const wrong = await examineIn(dir, {
    offline: true,
    sections: { actions: { 'send-email': { provider: 'newsletr' }, more: { provider: 'newsletter', enforcd: false } } }
  })
  t.match(wrong.of('QB-CONFIG'), [
    {
      status: 'failed',
      found: 'actions.send-email.provider is newsletr, which stands nowhere under providers:',
      remedy: 'Did you mean newsletter?'
    },
    {
      status: 'failed',
      found: 'actions.more.enforcd is not a known key',
      place: { path: 'actions.more.enforcd', line: 31 },
      remedy: 'Did you mean enforced?'
    }
  ])
  t.equal(wrong.result.exitCode, 2)
  const none = await examineIn(dir, { offline: true, file: `${dir}/none.yaml` })
  t.match(none.one('QB-CONFIG'), { status: 'failed', found: /cannot be read; name one with --config FILE/ })
  t.match((await examineIn(dir, { offline: true, text: 'a: [' })).one('QB-CONFIG'), { found: /^The file is not YAML/ })
})

t.test('QB-CONFIG-VARIABLES: variables and files that are there, or not, or not as they were meant', async t => {
  const dir = t.testdir({ secret: `${sharedWix.publicKeyPem}\n`, quoted: '"a-token-for-tests"' })
  const named = (publicKey: string, token: string) => ({ ...wix(publicKey), management: { token } })
  const none = await examineIn(dir, { offline: true })
  t.match(none.one('QB-CONFIG-VARIABLES'), { status: 'ok', found: 'the configuration names none' })

  const there = await examineIn(dir, {
    offline: true,
    sections: named(`\${file:${dir}/secret}`, '${TOKEN}'),
    environment: { TOKEN: 'a-token-for-tests' }
  })
  t.match(there.one('QB-CONFIG-VARIABLES', `${dir}/secret`), { status: 'ok', found: /can be read, \d+ characters/ })
  t.match(there.one('QB-CONFIG-VARIABLES', 'TOKEN'), { status: 'ok', found: 'is set, 17 characters' })
  t.equal(there.result.exitCode, 0)

  const odd = await examineIn(dir, {
    offline: true,
    sections: {
      management: {
        token: [
          { name: 'a', token: '${A}' },
          { name: 'c', token: 'a-token-for-tests${C}' },
          { name: 'b', token: `\${file:${dir}/quoted}` }
        ]
      }
    },
    environment: { A: 'a-token-for-tests ', C: '' }
  })
  t.match(odd.one('QB-CONFIG-VARIABLES', 'C'), { status: 'warning', found: 'is set, but empty' })
  t.match(odd.one('QB-CONFIG-VARIABLES', 'A'), { status: 'warning', found: /with blanks at its ends/ })
  t.match(odd.one('QB-CONFIG-VARIABLES', `${dir}/quoted`), {
    status: 'failed',
    found: 'value has quotes around it',
    remedy: /^Take them out/,
    paste: [`ls -l ${dir}/quoted`]
  })
  t.match(odd.one('QB-CONFIG'), { status: 'ok' }, 'which is told once')
  const blank = await examineIn(dir, {
    offline: true,
    sections: { management: { token: '${A}' } },
    environment: { A: 'a-token-for-tests ' }
  })
  t.equal(blank.result.exitCode, 3, 'warnings only')

  const missing = await examineIn(dir, { offline: true, sections: named('${KEY}', `\${file:${dir}/no}`) })
  t.match(missing.one('QB-CONFIG-VARIABLES', 'KEY'), {
    status: 'failed',
    found: 'is not set',
    place: { path: 'wix.publicKey', line: 3 },
    remedy: 'Set it, or write the value here.',
    paste: ['export KEY=…']
  })
  t.match(missing.one('QB-CONFIG-VARIABLES', `${dir}/no`), {
    status: 'failed',
    found: 'cannot be read (there is none)',
    paste: [`ls -l ${dir}/no`]
  })
  const shell = await examineIn(dir, { offline: true, sections: named('${KEY:-none}', 'a-token-for-tests') })
  t.match(shell.one('QB-CONFIG-VARIABLES', 'KEY:-none'), {
    status: 'failed',
    found: /^has a placeholder that is not of the form/,
    remedy: 'Write ${KEY}.',
    paste: []
  })
  t.match(missing.one('QB-CONFIG'), { status: 'ok', found: 'all is right but what the lines below tell' })
  t.match(missing.one('QB-WIX-KEY'), { status: 'skipped', found: /what wix\.publicKey names is not there/ })
  t.equal(missing.result.exitCode, 2)
})

t.test('QB-WIX-KEY: RSA of 2048 bits or more, or what else it is', async t => {
  const dir = t.testdir()
  t.match((await examineIn(dir, { offline: true })).one('QB-WIX-KEY'), { status: 'ok', found: 'RSA, 2048 bits' })
  const pem = (bits: number) =>
    String(generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ type: 'spki', format: 'pem' }))
  const short = await examineIn(dir, { offline: true, sections: wix(pem(1024)) })
  t.match(short.of('QB-WIX-KEY'), [
    { status: 'failed', found: 'the key has only 1024 bits', place: { path: 'wix.publicKey' } }
  ])
  t.equal(short.result.exitCode, 2)
  const secret = await examineIn(dir, { offline: true, sections: wix(sharedWix.privateKeyPem) })
  t.match(secret.of('QB-WIX-KEY'), [
    { status: 'failed', found: /is a private key/, paste: [/^https:\/\/manage\.wix\.com/] }
  ])
  const two = await examineIn(dir, { offline: true, sections: wix([sharedWix.publicKeyPem, 'nonsense']) })
  t.match(
    two.of('QB-WIX-KEY').map(({ status, place }) => [status, place?.path]),
    [['failed', 'wix.publicKey.1']]
  )
  const without = await examineIn(dir, { offline: true, sections: { wix: { publicKey: sharedWix.publicKeyPem } } })
  t.match(without.of('QB-WIX-KEY'), [{ status: 'skipped', found: /wix is not right \(QB-CONFIG\)/ }])
  const nothing = await examineIn(dir, { offline: true, file: `${dir}/none.yaml` })
  t.match(nothing.of('QB-WIX-KEY'), [{ status: 'skipped', found: /there is no configuration \(QB-CONFIG\)/ }])
})

t.test('QB-WIX-UNSIGNED: only signed calls, or anybody', async t => {
  const dir = t.testdir()
  t.match((await examineIn(dir, { offline: true })).one('QB-WIX-UNSIGNED'), { status: 'ok' })
  const open = await examineIn(dir, { offline: true, sections: { wix: { ...SOUND.wix, allowUnsigned: true } } })
  t.match(open.one('QB-WIX-UNSIGNED'), { status: 'warning', place: { path: 'wix.allowUnsigned' } })
  t.equal(open.result.exitCode, 3)
  const strict = await examineIn(dir, {
    offline: true,
    failOn: 'warning',
    sections: { wix: { ...SOUND.wix, allowUnsigned: true } }
  })
  t.equal(strict.result.exitCode, 1)
  const wrong = await examineIn(dir, { offline: true, sections: { wix: {} } })
  t.match(wrong.one('QB-WIX-UNSIGNED'), { status: 'skipped', found: /wix is not right/ })
})

t.test('offline, only these are looked at', async t => {
  const { result } = await examineIn(t.testdir(), { offline: true })
  t.strictSame(
    result.lines.map(({ code }) => code),
    ['QB-CONFIG', 'QB-CONFIG-VARIABLES', 'QB-WIX-KEY', 'QB-WIX-UNSIGNED']
  )
})

t.test('a file that may not be read is one that is not there', async t => {
  const dir = t.testdir()
  const file = `${dir}/closed.yaml`
  writeFileSync(file, 'a: b')
  chmodSync(file, 0)
  const closed = await examineIn(dir, { offline: true, file: process.getuid?.() === 0 ? `${file}/` : file })
  t.match(closed.one('QB-CONFIG'), { status: 'failed', found: /cannot be read/ })
})
