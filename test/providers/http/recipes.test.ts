// Every recipe: its configuration is right, and its mapping reads what its recorded answers say.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { loadConfiguration } from '../../../src/config/load.ts'
import { runMappingTests } from '../../../src/providers/http/mapping-test.ts'
import { adapters } from '../../../src/providers/index.ts'
import { ENCRYPTION_KEY, sharedWix } from '../../helpers/bridge.ts'

const files = globSync('recipes/*/mapping.test.yaml').sort()

/** Every variable that a configuration names, with a value of no use. */
function environmentOf(file: string): NodeJS.ProcessEnv {
  const names = [...readFileSync(file, 'utf8').matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [
    name,
    'made-up-for-tests'
  ])
  const own = { WIX_APP_ID: sharedWix.appId, WIX_PUBLIC_KEY: sharedWix.publicKeyPem, ENCRYPTION_KEY }
  return { ...Object.fromEntries(names), ...own }
}

t.test('there are recipes for the APIs that README names', async t => {
  t.strictSame(
    files.map(file => dirname(file).slice('recipes/'.length)),
    [
      'autumn',
      'brevo',
      'github',
      'lago-usage',
      'lago-wallet',
      'openai',
      'openmeter',
      'sendgrid',
      'stripe',
      'twilio',
      'unkey'
    ]
  )
})

for (const file of files) {
  t.test(file, async t => {
    const configuration = join(dirname(file), 'quota-bridge.yaml')
    t.match(
      readFileSync(configuration, 'utf8'),
      /^# .*\n(#.*\n)*#\s+https:\/\/\S+/,
      'it links the documentation of the API'
    )
    t.match(readFileSync(configuration, 'utf8'), /^# What it cannot say:/m)
    const environment = environmentOf(configuration)
    const { providers } = loadConfiguration(configuration, { environment, adapters })
    t.equal(providers.size, 1)
    const results = await runMappingTests(file)
    t.ok(results.length > 0)
    for (const { name, differences } of results) t.strictSame(differences, [], name)
    t.equal(
      globSync(join(dirname(file), 'recorded/*')).filter(
        path => !readFileSync(file, 'utf8').includes(path.split('/').at(-1) ?? '')
      ).length,
      0
    )
  })
}

t.test('a test tells what differs, and what is wrong with itself', async t => {
  const folder = t.testdir({
    recorded: { 'a.json': '{"used":1}', 'b.json': '{}' },
    'quota-bridge.yaml':
      'providers: { p: { type: http, requests: { r: { get: "https://a.example/${X}" } }, quotas: { q: { used: { at: "r#/used" }, limit: 5 } } } }',
    'wrong.yaml':
      'providers: { p: { type: http, requests: { r: { get: "https://a.example/" } }, quotas: { q: { used: { at: "s#/used" }, limit: 5 } } }, q: { type: http } }',
    'test.yaml': `configuration: quota-bridge.yaml
provider: p
tests:
  - { name: right, answers: { r: a.json }, asked: [GET https://a.example/made-up], expect: { plans: [], quotas: { q: { used: 1, limit: 5 } } } }
  - { name: differs, answers: { r: [a.json, b.json] }, expect: { quotas: { q: { used: 2, limit: 5 } } } }
  - { name: fails, answers: { r: b.json }, expect: { quotas: {} } }
  - { name: is left out, answers: { r: b.json }, expect: { finding: nothing-found, leftOut: [] } }
  - { name: not recorded, answers: {}, expect: { finding: nothing-found } }
`,
    'no-test.yaml': 'configuration: quota-bridge.yaml\nprovider: p\ntests: [{ nam: x }]',
    'wrong-mapping.yaml':
      'configuration: wrong.yaml\nprovider: p\ntests: [{ name: x, answers: {}, expect: { quotas: {} } }]',
    'wrong-schema.yaml':
      'configuration: wrong.yaml\nprovider: q\ntests: [{ name: x, answers: {}, expect: { quotas: {} } }]',
    'other-file.yaml':
      'configuration: quota-bridge.yaml\nprovider: p\ntests: [{ name: x, answers: { r: c.json }, expect: { quotas: {} } }]'
  })
  t.strictSame(await runMappingTests(join(folder, 'test.yaml')), [
    { name: 'right', differences: [] },
    {
      name: 'differs',
      differences: [
        'quotas: {"q":{"limit":5,"used":1}} where {"q":{"limit":5,"used":2}} is expected',
        'r: b.json was not asked for'
      ]
    },
    {
      name: 'fails',
      differences: [
        'leftOut: ["quotas.q.used"] where [] is expected',
        'finding: "nothing-found" where undefined is expected',
        'quotas: undefined where {} is expected'
      ]
    },
    { name: 'is left out', differences: ['leftOut: ["quotas.q.used"] where [] is expected'] },
    {
      name: 'not recorded',
      differences: ['finding: "no recorded answer to GET https://a.example/made-up" where "nothing-found" is expected']
    }
  ])
  await t.rejects(
    runMappingTests(join(folder, 'no-test.yaml')),
    /tests\.0\.nam is not a known key; did you mean name\?/
  )
  await t.rejects(
    runMappingTests(join(folder, 'wrong-mapping.yaml')),
    /quotas\.q\.used\.at names the request s, which is not there/
  )
  await t.rejects(runMappingTests(join(folder, 'wrong-schema.yaml')), /requests is missing/)
  await t.rejects(runMappingTests(join(folder, 'other-file.yaml')), /c\.json cannot be read \(there is none\)/)
})
