// quota-bridge mapping test, as a maker types it.
import t from 'tap'
import { typed } from '../helpers/command-line.ts'

const CONFIGURATION = `providers:
  p:
    type: http
    fields: { customer: { title: Customer }, apiKey: { title: Key, secret: true } }
    requests: { r: { get: "https://a.example/?of={customer}&key={apiKey}" } }
    quotas: { q: { used: { at: r#/used }, limit: 5 } }
`
const test = (name: string, more: string, provider = 'p') => `configuration: ../quota-bridge.yaml
provider: ${provider}
tests:
  - name: ${name}
    connection: { customer: cus_1, apiKey: recognisable }
    ${more}
`
const FOLDER = {
  'quota-bridge.yaml': CONFIGURATION,
  'broken.yaml': 'providers: [',
  mappings: {
    recorded: { 'a.json': '{"used":1}', 'b.json': '{"used":' },
    'right.test.yaml': test(
      'one is used',
      'answers: { r: a.json }\n    expect: { plans: [], quotas: { q: { used: 1, limit: 5 } } }'
    )
  },
  wrong: {
    recorded: { 'a.json': '{"used":1}', 'b.json': '{"used":' },
    'asked.test.yaml': test(
      'asked otherwise',
      'answers: { r: a.json }\n    asked: [GET https://a.example/]\n    expect: { quotas: { q: { used: 1, limit: 5 } } }'
    ),
    'json.test.yaml': test('no JSON', 'answers: { r: b.json }\n    expect: { quotas: {} }'),
    'none.test.yaml': test('nothing recorded', 'answers: { r: c.json }\n    expect: { quotas: {} }'),
    'provider.test.yaml': test('another', 'answers: { r: a.json }\n    expect: { quotas: {} }', 'pp'),
    'yaml.test.yaml':
      'configuration: ../broken.yaml\nprovider: p\ntests: [{ name: x, answers: {}, expect: { plans: [] } }]\n'
  },
  empty: {}
}

t.test('all tests of a folder are run, by default those of mappings/', async t => {
  const dir = t.testdir(FOLDER)
  const before = process.cwd()
  t.teardown(() => process.chdir(before))
  process.chdir(dir)
  const right = await typed(t, ['mapping', 'test'])
  t.strictSame(right, { code: 0, out: 'mappings/right.test.yaml\n  ✓ one is used\n\n1 passed\n', err: '' })
  t.match(await typed(t, ['mapping', 'test', 'mappings/right.test.yaml', 'wrong/asked.test.yaml']), {
    code: 1,
    out: /✗ asked otherwise\n {6}asked: .*\n\n1 failed, 1 passed\n$/s
  })
  const json = await typed(t, ['mapping', 'test', '--json', 'mappings'])
  t.strictSame(JSON.parse(json.out), {
    version: 1,
    passed: 1,
    failed: 0,
    files: [{ file: 'mappings/right.test.yaml', tests: [{ name: 'one is used', differences: [] }] }]
  })
})

t.test('what cannot be run is told beside what can, and a secret is not shown', async t => {
  const dir = t.testdir(FOLDER)
  const { code, out } = await typed(t, ['mapping', 'test', `${dir}/wrong`])
  t.equal(code, 2)
  t.match(out, /json\.test\.yaml\n {2}✗ .*recorded\/b\.json is not JSON, or too much of it\.\n/)
  t.match(out, /none\.test\.yaml\n {2}✗ .*recorded\/c\.json cannot be read \(there is none\)\.\n/)
  t.match(out, /provider\.test\.yaml\n {2}✗ .*quota-bridge\.yaml has no provider pp; did you mean p\?\n/)
  t.match(out, /yaml\.test\.yaml\n {2}✗ .*broken\.yaml is not YAML: /)
  t.match(out.replaceAll(/\s+/g, ''), 'of=cus_1&key={apiKey}')
  t.notMatch(out, 'recognisable')
  t.match(await typed(t, ['mapping', 'test', `${dir}/empty`]), {
    code: 2,
    err: /In .*empty nothing ends in \.test\.yaml\./
  })
  t.match(await typed(t, ['mapping', 'test', `${dir}/no`]), {
    code: 2,
    err: /There is no .*no; name files that end in/
  })
})
