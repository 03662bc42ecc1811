// What a call is shown where the database is slow, and where another replica is asking too.
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { createFetches } from '../../src/quota/fetches.ts'
import { createMemory } from '../../src/quota/memory.ts'
import { ProviderError, type TimedProvider } from '../../src/quota/provider.ts'
import type { QuotaReport } from '../../src/quota/report.ts'
import { createShow, type Fetched } from '../../src/quota/show.ts'
import { writeSnapshot } from '../../src/quota/stored-snapshot.ts'
import { openStore, storeInMemory } from '../../src/store/index.ts'
import type { Leases } from '../../src/store/leases.ts'
import { TODAY } from '../helpers/bridge.ts'

const key = { provider: 'p', instanceId: '' }
const now = () => TODAY.getTime()
const MINUTE = 60_000
const freshness = { freshForMs: MINUTE, patienceMs: 700, deadlineMs: 2000, keepForMs: 60 * MINUTE }
const always = async <Result>(work: () => Promise<Result>) => work()
const reportOf = (account: string): QuotaReport => ({ vocabulary: 'static', account, groups: [] })
const snapshotOf = (account: string, ageMs: number) => ({
  report: reportOf(account),
  fetchedAt: now() - ageMs,
  fingerprint: 'f'
})
const asks = async () => reportOf('asked')
const hangs = () => new Promise<never>(() => {})

/** All that stands behind a call, over a real store: what another replica does, and how slowly it is read, the test says. */
async function start(t: Test, fetchReport: TimedProvider['fetchReport'] = asks) {
  const errors: string[] = []
  const fail = ({ message }: Error) => errors.push(message)
  const store = await openStore({ ...storeInMemory(), onLost: fail, now })
  t.teardown(async () => {
    // What a fetch has brought may still be on its way into the store.
    await sleep(20)
    await store.close()
    if (errors.length > 0) throw new Error(errors.join())
  })
  const state = { isBusy: false, readMs: 0 }
  const leases: Leases = { take: async () => (state.isBusy ? 'busy' : { release: async () => {} }) }
  const get: typeof store.knowledge.get = async asked => {
    const read = await store.knowledge.get(asked)
    await sleep(state.readMs)
    return read
  }
  const memory = createMemory({
    store: { knowledge: { ...store.knowledge, get } },
    briefly: always,
    now,
    onStoreError: fail,
    onUnusable: reason => t.fail(reason)
  })
  const fetches = createFetches<Fetched>(leases, always)
  const { show } = createShow(memory, fetches, now, () => {})
  const provider: TimedProvider = {
    fetchReport,
    check: async () => ({ health: 'ok' }),
    upgradeUrl: () => undefined,
    close: async () => {}
  }
  return {
    memory,
    fetches,
    state,
    /** As another replica does. */
    stored: (account: string, ageMs: number) =>
      store.knowledge.putSnapshot(key, writeSnapshot(snapshotOf(account, ageMs)), {
        fetchedAt: now(),
        markUntil: now()
      }),
    ask: (more: Partial<typeof freshness> = {}) =>
      show({
        key,
        call: { actionKey: 'a' },
        provider,
        connection: {},
        fingerprint: 'f',
        shows: () => true,
        freshness: { ...freshness, ...more }
      })
  }
}

t.test('patience is counted from the call, not from when the store has answered', async t => {
  const { ask, stored, state } = await start(t, hangs)
  await stored('before', 2 * MINUTE)
  state.readMs = 500
  const started = performance.now()
  t.match(await ask(), { done: 'stale', report: { account: 'before' }, asOf: { reason: 'late' } })
  const elapsedMs = performance.now() - started
  t.ok(elapsedMs >= 690 && elapsedMs < 1100, `${Math.round(elapsedMs)} ms of 700`)
})

t.test('what another replica has fetched is shown as fetched for this call, and kept', async t => {
  const { ask, stored, memory, state } = await start(t, hangs)
  state.isBusy = true
  const asking = ask()
  await sleep(20)
  await stored('theirs', 0)
  t.match(await asking, { done: 'miss', report: { account: 'theirs' }, upstreamMs: 0 })
  t.match(memory.current(key), { snapshot: { report: { account: 'theirs' } } })
})

t.test('one that was overtaken while it looks neither shows nor keeps what it finds', async t => {
  const { ask, stored, memory, fetches, state } = await start(t)
  state.isBusy = true
  const asking = ask()
  await sleep(20)
  await stored('theirs', 0)
  state.readMs = 100
  await sleep(60)
  // What it reads at this moment belongs to a connection that has just been replaced.
  fetches.overtake(key)
  memory.forget(key)
  state.isBusy = false
  t.match(await asking, { done: 'miss', report: { account: 'asked' } })
  t.strictSame(memory.current(key), {})
})

t.test('numbers of another replica that are no longer fresh do not save the asking', async t => {
  const { ask, stored, memory } = await start(t)
  memory.hold(key, { snapshot: snapshotOf('ours', 3 * MINUTE) })
  await stored('theirs', 2 * MINUTE)
  t.match(await ask(), { done: 'update', report: { account: 'asked' } })
})

t.test('older numbers in the store do not take the place of newer ones in memory', async t => {
  const { ask, stored, memory } = await start(t, async () => {
    throw new ProviderError('QUOTA_UNAVAILABLE', 'unreachable')
  })
  memory.hold(key, { snapshot: snapshotOf('ours', 2 * MINUTE) })
  await stored('theirs', 3 * MINUTE)
  for (let call = 0; call < 2; call++)
    t.match(await ask(), { done: 'stale', report: { account: 'ours' }, ageMs: 2 * MINUTE })
})

t.test('with nothing to show, another replica is waited for until the deadline', async t => {
  const { ask, state } = await start(t)
  state.isBusy = true
  const started = performance.now()
  await t.rejects(ask({ deadlineMs: 400, patienceMs: 100 }), new ProviderError('PROVIDER_TIMEOUT', 'timeout'))
  t.ok(performance.now() - started >= 390)
})

t.test('what is older than it may be kept is not shown, however late the provider', async t => {
  const { ask, memory } = await start(t, async () => {
    await sleep(100)
    return reportOf('asked')
  })
  memory.hold(key, { snapshot: snapshotOf('ours', 61 * MINUTE) })
  t.match(await ask({ patienceMs: 10 }), { done: 'miss', report: { account: 'asked' } })
})

t.test('why there is nothing newer is told as the provider told it', async t => {
  const reasons = { PROVIDER_TIMEOUT: 'late', QUOTA_UNAVAILABLE: 'unavailable', PROVIDER_REJECTED: 'refused' } as const
  for (const code of ['PROVIDER_TIMEOUT', 'QUOTA_UNAVAILABLE', 'PROVIDER_REJECTED'] as const) {
    const { ask, memory } = await start(t, async () => {
      throw new ProviderError(code, 'a finding')
    })
    memory.hold(key, { snapshot: snapshotOf('ours', 2 * MINUTE) })
    const { done, asOf } = await ask()
    t.strictSame([done, asOf], ['stale', { fetchedAt: new Date(now() - 2 * MINUTE), reason: reasons[code] }])
  }
})
