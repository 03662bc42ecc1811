// The single flight by itself: who waits for whom, and what may be kept.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { createFetches, type Fetch } from '../../src/quota/fetches.ts'
import type { Lease, Leases } from '../../src/store/leases.ts'

const key = { provider: 'p', instanceId: 'site' }
const late = new Error('late')
const always = async <Result>(work: () => Promise<Result>) => work()

/** Leases that answer in turn: free, busy, or a database that does not answer. */
function leasesOf(...answers: ('free' | 'busy' | 'none')[]) {
  let released = 0
  let asked = 0
  const leases: Leases = {
    async take(): Promise<Lease | 'busy'> {
      const answer = answers[Math.min(asked++, answers.length - 1)]
      if (answer === 'none') throw new Error('no answer')
      return answer === 'busy' ? 'busy' : { release: async () => void released++ }
    }
  }
  return { leases, asked: () => asked, released: () => released }
}

const fetchOf = (more: Partial<Fetch<string>>): Fetch<string> => ({
  key,
  variant: 'a',
  giveUpAfterMs: 1000,
  adopt: async () => undefined,
  run: async () => ({ result: 'asked' }),
  lateError: () => late,
  ...more
})

t.test('who asks the same waits for the same fetch, who asks another variant does not', async t => {
  const { leases } = leasesOf('free')
  const fetches = createFetches<string>(leases, always)
  const asked: string[] = []
  const slow = (variant: string) =>
    fetchOf({
      variant,
      run: async () => {
        asked.push(variant)
        await sleep(30)
        return { result: variant }
      }
    })
  t.strictSame(await Promise.all([slow('a'), slow('a'), slow('b')].map(fetch => fetches.join(fetch))), ['a', 'a', 'b'])
  t.strictSame(asked, ['a', 'b'])
  t.equal(await fetches.join(slow('b')), 'b', 'what has landed answers nobody any more')
  t.equal(asked.length, 3)
})

t.test('a fetch that was overtaken answers who waits for it, and knows that it must not be kept', async t => {
  for (const overtaken of [key, undefined]) {
    const fetches = createFetches<string>(leasesOf('free').leases, always)
    const currents: boolean[] = []
    const running = fetches.join(
      fetchOf({
        run: async isCurrent => {
          currents.push(isCurrent())
          await sleep(30)
          currents.push(isCurrent())
          return { result: 'old' }
        }
      })
    )
    await sleep(10)
    fetches.overtake(overtaken)
    const next = fetches.join(fetchOf({ run: async isCurrent => ({ result: `new, ${isCurrent()}` }) }))
    t.strictSame([await running, await next, ...currents], ['old', 'new, true', true, false])
  }
})

t.test('one that was overtaken while it adopts what another replica fetched knows so too', async t => {
  const fetches = createFetches<string>(leasesOf('busy').leases, always)
  const currents: boolean[] = []
  const running = fetches.join(
    fetchOf({
      adopt: async isCurrent => {
        currents.push(isCurrent())
        await sleep(30)
        currents.push(isCurrent())
        return 'theirs'
      }
    })
  )
  await sleep(70)
  fetches.overtake(key)
  t.strictSame([await running, ...currents], ['theirs', true, false])
})

t.test(
  'while another replica asks, its result is waited for, and asking is given up when it takes too long',
  async t => {
    const busy = leasesOf('busy')
    const fetches = createFetches<string>(busy.leases, always)
    let looks = 0
    const run = () => Promise.reject(new Error('not asked'))
    const patient = fetches.join(fetchOf({ run, adopt: async () => (++looks < 3 ? undefined : 'theirs') }))
    t.equal(await patient, 'theirs')
    t.equal(looks, 3)
    await t.rejects(fetches.join(fetchOf({ run, giveUpAfterMs: 120 })), late)
  }
)

t.test('when the other lets go without a result, this one asks; before it does, it looks once more', async t => {
  const { leases, released } = leasesOf('busy', 'free')
  const fetches = createFetches<string>(leases, always)
  let looks = 0
  const result = await fetches.join(fetchOf({ adopt: async () => void looks++ }))
  t.strictSame([result, looks], ['asked', 2])
  await sleep(10)
  t.equal(released(), 1)
  t.equal(await fetches.join(fetchOf({ adopt: async () => 'theirs' })), 'theirs', 'had finished just before')
})

t.test('without an answer from the database each asks by itself, and does not look there', async t => {
  const { leases } = leasesOf('none')
  const fetches = createFetches<string>(leases, async work => work().catch(() => undefined))
  const adopt = () => Promise.reject(new Error('not looked'))
  t.equal(await fetches.join(fetchOf({ adopt })), 'asked')
})

t.test('who waits has the result before anything is done to show it to others', async t => {
  const fetches = createFetches<string>(leasesOf('free').leases, always)
  const order: string[] = []
  const share = async () => void order.push('shared')
  const run = async () => ({ result: 'asked', share })
  // As many turns as an answer may take to be made.
  const answer = async () => {
    await fetches.join(fetchOf({ run }))
    for (let turn = 0; turn < 50; turn++) await undefined
    order.push('answered')
  }
  await Promise.all([answer(), answer()])
  await fetches.settled()
  t.strictSame(order, ['answered', 'answered', 'shared'])
})

t.test('the lease is kept until the others can see the result, and let go of after a failure', async t => {
  const { leases, released } = leasesOf('free')
  const fetches = createFetches<string>(leases, always)
  const { promise: shared, resolve } = Promise.withResolvers<void>()
  const share = () => shared
  t.equal(await fetches.join(fetchOf({ run: async () => ({ result: 'asked', share }) })), 'asked')
  await sleep(10)
  t.equal(released(), 0)
  resolve()
  await sleep(10)
  t.equal(released(), 1)
  const failure = new Error('down')
  await t.rejects(fetches.join(fetchOf({ run: () => Promise.reject(failure) })), failure)
  await sleep(10)
  t.equal(released(), 2)
  t.equal(await fetches.join(fetchOf({})), 'asked', 'a failure answers nobody who comes later')
})

t.test('beside the next fetch one that was overtaken is not current, and does not end it', async t => {
  const fetches = createFetches<string>(leasesOf('free').leases, always)
  const currents: boolean[] = []
  const old = fetches.join(
    fetchOf({
      run: async isCurrent => {
        await sleep(30)
        currents.push(isCurrent())
        return { result: 'old' }
      }
    })
  )
  fetches.overtake(key)
  const { promise: goOn, resolve } = Promise.withResolvers<void>()
  let asked = 0
  const slow = () =>
    fetchOf({
      run: async isCurrent => {
        asked++
        await goOn
        return { result: `new, ${isCurrent()}` }
      }
    })
  const next = fetches.join(slow())
  t.equal(await old, 'old')
  await sleep(5)
  const joining = fetches.join(slow())
  resolve()
  t.strictSame([await next, await joining, asked, currents], ['new, true', 'new, true', 1, [false]])
})

t.test('one that was overtaken while it looks with the lease knows so too', async t => {
  const fetches = createFetches<string>(leasesOf('free').leases, always)
  const currents: boolean[] = []
  const running = fetches.join(
    fetchOf({
      adopt: async isCurrent => {
        currents.push(isCurrent())
        await sleep(30)
        currents.push(isCurrent())
        return 'theirs'
      }
    })
  )
  await sleep(10)
  fetches.overtake(key)
  t.strictSame([await running, ...currents], ['theirs', true, false])
})

t.test('a lease outlasts the fetch that it is for', async t => {
  const times: number[] = []
  const leases: Leases = {
    take: async (_key, forMs) => {
      times.push(forMs)
      return { release: async () => {} }
    }
  }
  await createFetches<string>(leases, always).join(fetchOf({ giveUpAfterMs: 1000 }))
  // By what it takes to put the result where the others look.
  t.strictSame(times, [1500])
})

t.test('a failure that nobody waits for is no fault of ours', async t => {
  const unhandled: unknown[] = []
  const hear = (reason: unknown) => unhandled.push(reason)
  process.prependListener('unhandledRejection', hear)
  t.teardown(() => process.off('unhandledRejection', hear))
  const fetches = createFetches<string>(leasesOf('free').leases, always)
  fetches.join(fetchOf({ run: () => Promise.reject(new Error('down')) }))
  await sleep(20)
  t.strictSame(unhandled, [])
})

t.test('it has settled when the lease of the last fetch was let go of, whether it succeeded or failed', async t => {
  for (const outcome of ['asked', late]) {
    const { leases, released } = leasesOf('free')
    const slow: Leases = {
      async take(key, forMs) {
        const lease = await leases.take(key, forMs)
        if (lease === 'busy' || !lease) return lease
        const release = async () => {
          await sleep(20)
          await lease.release()
        }
        return { release }
      }
    }
    const fetches = createFetches<string>(slow, always)
    await fetches.settled()
    const run = async () => {
      await sleep(20)
      if (outcome instanceof Error) throw outcome
      return { result: outcome }
    }
    void fetches.join(fetchOf({ run }))
    await fetches.settled()
    t.equal(released(), 1)
  }
})
