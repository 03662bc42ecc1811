// What of a tariff is of use, and which forms of an answer are good ones.
import t from 'tap'
import { answerChecks } from '../../../src/providers/docspace/schema.ts'
import { readTariff } from '../../../src/providers/docspace/tariff.ts'

t.test('a tariff as it should be is read whole', async t => {
  const response = { state: 1, dueDate: '2026-12-05T12:00:00', delayDueDate: null, quotas: [{ id: -9 }], more: {} }
  t.strictSame(readTariff({ response }), { tariff: response })
})

t.test('of others the fields that are right by themselves are read, and the first wrong one is told', async t => {
  t.strictSame(readTariff({ response: { state: 'paid', dueDate: '2026-12-05T12:00:00', more: 1 } }), {
    tariff: { dueDate: '2026-12-05T12:00:00' },
    misfit: 'response.state'
  })
  t.strictSame(readTariff({ response: { quotas: [{ id: -9 }, { id: '-11' }], state: 2 } }), {
    tariff: { state: 2 },
    misfit: 'response.quotas.1.id'
  })
})

t.test('one in which nothing is right tells nothing at all', async t => {
  t.strictSame(readTariff({ response: { state: 'paid' } }), { tariff: undefined, misfit: 'response.state' })
  t.strictSame(readTariff({ response: { state: 'paid', more: 1 } }), { tariff: undefined, misfit: 'response.state' })
  t.strictSame(readTariff({}), { tariff: undefined, misfit: 'response' })
  for (const answer of [undefined, null, 'text', []])
    t.strictSame(readTariff(answer), { tariff: undefined, misfit: '' })
})

t.test('DocSpace may leave titles out, or say null; flags and amounts are both features', async t => {
  const feature = { id: 'room', type: 'count', value: 5 }
  const answerOf = (quota: object, more: object) => ({
    response: { id: -9, features: [{ ...feature, ...more }], ...quota }
  })
  for (const good of [
    answerOf({}, {}),
    answerOf({ title: null }, { title: null, priceTitle: null, used: {} }),
    answerOf({ title: 'Business', trial: true }, { value: true, title: 'Rooms', used: { value: 5 } })
  ])
    t.ok(answerChecks.quota.Check(good), JSON.stringify(good))
  for (const bad of [
    answerOf({ title: 5 }, {}),
    answerOf({}, { id: '' }),
    answerOf({}, { value: '5' }),
    answerOf({}, { used: { value: '5' } }),
    answerOf({ id: '-9' }, {})
  ])
    t.notOk(answerChecks.quota.Check(bad), JSON.stringify(bad))
})
