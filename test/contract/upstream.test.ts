// DocSpace's side of the contract: the fake answers as docspace.openapi.yaml says, and the adapter understands just that.
import t from 'tap'
import type { Fault } from '../../src/devkit/docspace-faults.ts'
import { scenarioNames } from '../../src/devkit/docspace-scenarios.ts'
import { startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'
import { KeyAnswer, QuotaAnswer, TariffAnswer } from '../../src/providers/docspace/schema.ts'
import { TODAY } from '../helpers/bridge.ts'
import { readContract } from './document.ts'
import { schemaDifferences } from './schema-differences.ts'

const contract = readContract('test/contract/docspace.openapi.yaml')
const operations = new Map(contract.statuses.map(({ operationId, path }) => [operationId, path]))
const documented = contract.statuses.map(({ operationId, status }) => `${operationId} ${status}`)

const FAULTS: readonly Fault[] = [
  'bad-key',
  'narrow-scope',
  'portal-busy',
  'portal-removed',
  'unknown-portal',
  'status-429',
  'status-429-retry-after',
  'status-500'
]

t.test('whatever the fake DocSpace answers, to whichever key, is documented', async t => {
  const docspace = await startFakeDocSpace('business', () => TODAY.getTime())
  t.teardown(() => docspace.close())
  const seen = new Set<string>()
  async function ask(what: string, key: string | undefined) {
    for (const [operationId, path] of operations) {
      const answer = await fetch(`${docspace.url}${path}?refresh=false`, {
        headers: key === undefined ? {} : { authorization: `Bearer ${key}` }
      })
      seen.add(`${operationId} ${answer.status}`)
      t.strictSame(await contract.violations(operationId, answer), [], `${operationId}, ${what}`)
    }
  }

  for (const scenario of scenarioNames) {
    docspace.load(scenario)
    for (const [role, key] of Object.entries(docspace.portal.keys)) await ask(`${scenario} as ${role}`, key)
  }
  await ask('a key with too narrow a scope', docspace.portal.narrowKey)
  await ask('a key of nobody', 'sk-fake')
  await ask('no key', undefined)
  for (const fault of FAULTS) {
    docspace.fail(fault)
    await ask(fault, docspace.portal.keys.owner)
  }
  t.strictSame(
    documented.filter(each => !seen.has(each)),
    [],
    'every documented status was given'
  )
})

t.test('an answer that DocSpace would not give is found out', async t => {
  const docspace = await startFakeDocSpace()
  t.teardown(() => docspace.close())
  const url = `${docspace.url}${operations.get('getQuota')}`
  const violations = async (fault: Fault) => {
    docspace.fail(fault)
    const answer = await fetch(url, { headers: { authorization: `Bearer ${docspace.portal.keys.owner}` } })
    return contract.violations('getQuota', answer)
  }
  t.match(await violations('wrong-schema'), [/\/response\/id must be integer/])
  t.match(await violations('error-in-200'), [/must have required property 'response'/])
  t.match(await violations('html'), [/content type is text\/html/])
  t.match(await violations('status-418'), [/does not document the status 418/])
  t.strictSame(
    await contract.violations('getQuota', new Response(null, { status: 404 })),
    ['the content type is , not application/problem+json'],
    'only where the document says so may a body be absent'
  )
})

t.test("the adapter's schemas and the document say the same", async t => {
  const differences = (ours: unknown, name: string) => schemaDifferences(ours, contract.schemas[name], contract.schemas)
  t.strictSame(differences(QuotaAnswer, 'QuotaAnswer'), [])
  t.strictSame(differences(TariffAnswer, 'TariffAnswer'), [])
  t.strictSame(differences(KeyAnswer, 'KeyAnswer'), [])
})

t.test('a drift between them is found, on whichever side it is', async t => {
  const { response } = QuotaAnswer.properties
  const { properties } = response
  const changed = (changes: object) => ({ ...QuotaAnswer, properties: { response: { ...response, ...changes } } })
  const drifts: [string, object][] = [
    ['a property more', changed({ properties: { ...properties, free: { type: 'boolean' } } })],
    ['something no longer required', changed({ required: ['id'] })],
    ['another type', changed({ properties: { ...properties, id: { type: 'number' } } })],
    [
      'a property that has the name of a keyword',
      changed({ properties: { ...properties, title: { type: 'string' } } })
    ],
    ['nothing more allowed', changed({ additionalProperties: false })]
  ]
  for (const [what, drifted] of drifts) {
    t.not(schemaDifferences(drifted, contract.schemas.QuotaAnswer, contract.schemas).length, 0, `${what}: adapter`)
    const document = { ...contract.schemas, QuotaAnswer: drifted }
    t.not(schemaDifferences(QuotaAnswer, document.QuotaAnswer, document).length, 0, `${what}: document`)
  }
  const reworded = changed({ description: 'The plan.', title: 'Plan', required: ['features', 'id'] })
  t.strictSame(schemaDifferences(reworded, contract.schemas.QuotaAnswer, contract.schemas), [], 'words and order may')
})
