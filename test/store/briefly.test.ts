// How long a call waits for a store that it can do without.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { createBriefly } from '../../src/store/briefly.ts'
import { StoreError } from '../../src/store/store-error.ts'

t.test('an answer in time is given; a failure is told, and is no reason to stay away', async t => {
  const told: string[] = []
  const briefly = createBriefly(({ message }) => told.push(message))
  t.equal(await briefly(async () => 'answer'), 'answer')
  t.equal(await briefly(() => Promise.reject(new Error('refused'))), undefined)
  t.equal(await briefly(async () => 'again'), 'again')
  t.strictSame(told, ['refused'])
})

t.test('without an answer in time it is not asked for a while, and told of once', async t => {
  const told: string[] = []
  const briefly = createBriefly(({ message }) => told.push(message))
  let asked = 0
  const hanging = async () => {
    asked++
    await sleep(400)
    throw new Error('the connection was closed')
  }
  const started = performance.now()
  t.equal(await briefly(hanging), undefined)
  t.ok(performance.now() - started >= 240)
  for (let calls = 0; calls < 20; calls++) t.equal(await briefly(hanging), undefined)
  await sleep(300)
  t.equal(asked, 1)
  t.strictSame(told, ['no answer within 250 ms'])
  await sleep(5000)
  t.equal(await briefly(async () => 'back'), 'back')
})

t.test('a database that is gone is not asked for a while either', async t => {
  const briefly = createBriefly(() => {})
  let asked = 0
  const gone = () => {
    asked++
    return Promise.reject(new StoreError('unavailable', 'connect ECONNREFUSED'))
  }
  for (let calls = 0; calls < 5; calls++) t.equal(await briefly(gone), undefined)
  t.equal(asked, 1)
})

t.test('a process that was itself too busy to read the answer does not blame the store', async t => {
  const briefly = createBriefly(({ message }) => t.fail(message))
  const answer = briefly(async () => {
    await sleep(10)
    return 'answer'
  })
  const until = performance.now() + 400
  while (performance.now() < until);
  t.equal(await answer, 'answer')
})
