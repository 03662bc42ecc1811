// Waiting no longer than one may, and leaving nothing behind.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { within } from '../src/within.ts'

const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length

t.test('work that is done in time gives its result or its failure, and leaves no timer', async t => {
  const before = timers()
  t.equal(await within(60_000, sleep(5, 'done'), () => 'late'), 'done')
  const failure = new Error('down')
  await t.rejects(
    within(60_000, Promise.reject(failure), () => 'late'),
    failure
  )
  t.equal(timers(), before)
})

t.test('in the place of what takes longer stands what is for the late, or its failure', async t => {
  const work = new Promise<never>(() => {})
  t.equal(await within(5, work, () => 'late'), 'late')
  t.equal(await within(-5, work, () => 'late'), 'late', 'also when the time was over before')
  const failure = new Error('late')
  await t.rejects(
    within(5, work, () => {
      throw failure
    }),
    failure
  )
})
