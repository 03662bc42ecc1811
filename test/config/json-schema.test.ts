// The JSON Schema of the configuration's file, as an editor uses it.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import t from 'tap'
import { parse } from 'yaml'
import { configurationSchema } from '../../src/devkit/configuration-schema.ts'

const FILE = 'docs/quota-bridge.schema.json'
const ajv = new Ajv({ allErrors: true })
addFormats.default(ajv)
const validate = ajv.compile(JSON.parse(readFileSync(FILE, 'utf8')))

/** The places that are wrong, and what they should be. */
function wrong(value: unknown): string[] {
  validate(value)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

const written = () => parse(readFileSync('docker/quota-bridge.yaml', 'utf8'))

t.test('it is what the code says; `npm run docs` writes it anew', async t => {
  t.equal(readFileSync(FILE, 'utf8'), configurationSchema())
})

t.test('every configuration that we ship is right by it, and names it for editors', async t => {
  const files = [...globSync('docker/**/quota-bridge*.yaml'), ...globSync('recipes/*/quota-bridge.yaml')]
  t.ok(files.length > 12)
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    t.strictSame(wrong(parse(text)), [], file)
    const [, named = ''] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text) ?? []
    t.equal(relative('.', join(dirname(file), named)), FILE, file)
  }
})

t.test('a list where a mapping may stand, words, numbers and placeholders are right', async t => {
  const more = {
    wix: { appId: '${WIX_APP_ID}', publicKey: ['${OLD_KEY}', '${file:new.pem}'], allowUnsigned: '${UNSIGNED}' },
    server: { port: '${A_PORT}', grace: '5s', trustProxy: ['10.0.0.0/8'] },
    management: { token: [{ name: 'ops', token: '${TOKEN}' }] },
    forward: [{ basePath: '/email/', to: 'https://email.example.com' }],
    presentation: { sizes: 'in-value', language: 'pt-BR' }
  }
  t.strictSame(wrong({ ...written(), ...more }), [])
  t.strictSame(wrong({ ...written(), forward: { to: 'https://email.example.com', timeout: '20s' } }), [])
})

t.test('what is wrong is told at its place', async t => {
  const { providers, actions, ...others } = written()
  const { docspace } = providers
  for (const [file, place] of [
    [{ ...written(), wix: { appId: 'no-guid', publicKey: 'x' } }, '/wix/appId'],
    [{ ...written(), server: { port: 70_000 } }, '/server/port'],
    [{ ...written(), server: { grace: '10 seconds' } }, '/server/grace'],
    [{ ...written(), presentation: { language: 'Portuguese' } }, '/presentation/language'],
    [{ ...written(), forward: [{ to: 'https://example.com' }] }, '/forward/0'],
    [{ ...written(), loglevel: 'debug' }, ' must NOT have additional properties'],
    [{ ...others, providers }, " must have required property 'actions'"],
    [{ ...others, actions, providers: { p: { type: 'dropbox' } } }, '/providers/p/type'],
    [
      { ...others, actions, providers: { p: { ...docspace, connection: { url: 'https://a.example' } } } },
      '/providers/p/connection'
    ],
    [
      { ...others, actions, providers: { p: { ...docspace, connectUrl: 'https://a.example' } } },
      '/providers/p must NOT'
    ],
    [{ ...others, providers, actions: { a: { provider: 'docspace', features: [] } } }, '/actions/a/features']
  ] as const) {
    t.ok(
      wrong(file).some(text => text.startsWith(place)),
      place
    )
  }
})
