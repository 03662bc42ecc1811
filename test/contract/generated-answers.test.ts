// Whatever DocSpace may answer, Wix is told nothing it does not understand and nothing that is not so.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { answerChecks } from '../../src/providers/docspace/schema.ts'
import type { QuotaInfoAnswer } from '../../src/wix/contract.ts'
import { TODAY } from '../helpers/bridge.ts'
import { fuzz } from '../helpers/fuzz.ts'
import { startObservedBridge } from '../helpers/observed-bridge.ts'
import { quotaResponse, tariffResponse } from './arbitraries.ts'
import { readContract } from './document.ts'
import { numberViolations, planViolations } from './told-numbers.ts'
import { wixViolations } from './wix-rules.ts'

const contract = readContract('openapi.yaml')
const ACTIONS = {
  everything: ['*'],
  some: ['total_size', 'room', 'manager'],
  'named-first': ['free_backup', '*', 'room']
}

const answers = fc.record({
  quota: quotaResponse,
  tariff: fc.option(tariffResponse, { nil: undefined, freq: 8 }),
  action: fc.constantFrom('everything' as const, 'some' as const, 'named-first' as const),
  sizes: fc.constantFrom('in-name' as const, 'in-value' as const)
})

t.test('any answer of DocSpace becomes an answer that Wix understands, with the numbers that were told', async t => {
  const { docspace, ask } = await startObservedBridge(t, ACTIONS)
  const property = fc.asyncProperty(answers, async ({ quota, tariff, action, sizes }) => {
    docspace.portal.scenario = { quota: { response: quota }, tariff: { response: tariff ?? {} } }
    docspace.fail(tariff ? undefined : 'no-response', 'tariff')
    const { answer, presented } = await ask(action, sizes)
    const text = await answer.clone().text()
    const violations = await contract.violations('getQuotaInfo', answer)

    const told: unknown = JSON.parse(JSON.stringify({ response: quota }))
    const toldOfTariff: unknown = tariff && JSON.parse(JSON.stringify({ response: tariff }))
    const allowed = answerChecks.quota.Check(told)
    if (answer.status !== (allowed ? 200 : 502)) violations.push(`the status is ${answer.status}: ${text}`)
    if (allowed && violations.length === 0) {
      const body: QuotaInfoAnswer = JSON.parse(text)
      violations.push(...wixViolations(body, sizes, TODAY))
      const written: unknown = JSON.parse(JSON.stringify(presented))
      if (!isDeepStrictEqual(body.actionQuotaInfo, written)) violations.push('the serialiser changed the answer')
      const [group] = body.actionQuotaInfo.quotaInfo
      const tariffTold = answerChecks.tariff.Check(toldOfTariff) ? toldOfTariff.response : undefined
      const whole = { quota: told.response, tariff: tariffTold, features: ACTIONS[action], sizes }
      violations.push(...numberViolations(whole, group?.quotas ?? []))
      if (group) violations.push(...planViolations(whole, group.plans))
    }
    if (violations.length > 0) throw new Error(violations.join('\n'))
  })
  await fuzz(t, 'generated-answers', 'answers of DocSpace', property)
})

t.test("the independent rules can be broken, each in Wix's answer as it was told", async t => {
  const quota = { featureName: 'Rooms', currentUsage: '1', renewalDate: '2027-01-12T01:20:00.000Z' }
  const plan = { id: '0cdd2a08-2ea8-5b3c-a63a-8f4a6f4f6e1b', name: 'Startup' }
  const answer = (group: object, more: object = {}) => ({
    actionQuotaInfo: { enforced: true, quotaInfo: [{ plans: [plan], quotas: [quota], ...group }], ...more }
  })
  const broken: [string, unknown][] = [
    ['no wrapper', answer({}).actionQuotaInfo],
    ['a group without a quota', answer({ quotas: [] })],
    ['nothing, yet enforced', answer({}, { quotaInfo: [] })],
    ['something, not enforced', answer({}, { enforced: false })],
    ['null', answer({ quotas: [{ ...quota, limit: null }] })],
    ['a number for a text', answer({ quotas: [{ ...quota, currentUsage: 1 }] })],
    ['grouped digits', answer({ quotas: [{ ...quota, currentUsage: '1,024' }] })],
    ['three decimals', answer({ quotas: [{ ...quota, limit: '1.024' }] })],
    ['a unit', answer({ quotas: [{ ...quota, limit: '5 GB' }] })],
    ['a blank name', answer({ quotas: [{ ...quota, featureName: ' ' }] })],
    ['an empty tooltip', answer({ quotas: [{ ...quota, additionalInfo: { description: '' } }] })],
    ['a date of the past', answer({ quotas: [{ ...quota, renewalDate: '2026-01-12T01:20:00.000Z' }] })],
    ['the prose form of a date', answer({ quotas: [{ ...quota, renewalDate: '2027-07-10 15:00:00.000' }] })],
    ['a plan id that is no GUID', answer({ plans: [{ ...plan, id: '-9' }] })],
    ['an unknown field', answer({ color: 'red' })],
    ['a button without an address', answer({ upgradeCta: { url: '/upgrade', label: 'Upgrade' } })]
  ]
  t.strictSame(wixViolations(answer({}), 'in-name', TODAY), [])
  for (const [what, body] of broken) t.not(wixViolations(body, 'in-name', TODAY).length, 0, what)
})

t.test('the numbers can be found wrong', async t => {
  const feature = { id: 'total_size', type: 'size', value: 2 * 1024 ** 3, used: { value: 1024 ** 3 } }
  const told = { quota: { id: -9, features: [feature] }, tariff: undefined, features: ['*'], sizes: 'in-name' as const }
  const shown = { featureName: 'Storage space (GB)', currentUsage: '1', limit: '2' }
  t.strictSame(numberViolations(told, [shown]), [])
  for (const change of [
    { currentUsage: '1.01' },
    { currentUsage: '0.99' },
    { limit: '2.01' },
    { featureName: 'Storage space (MB)' },
    { renewalDate: '2027-01-12T01:20:00.000Z' },
    { additionalInfo: { description: '1 GB of 2 GB used (50%).' } }
  ]) {
    t.not(numberViolations(told, [{ ...shown, ...change }]).length, 0, JSON.stringify(change))
  }
  t.not(numberViolations(told, []).length, 0, 'a quota that is missing')
  const untold = { ...told, quota: { id: -9, features: [{ ...feature, used: {} }] } }
  t.not(numberViolations(untold, [{ ...shown, currentUsage: '0' }]).length, 0, 'a usage that nobody told')
})
