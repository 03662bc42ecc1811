// What a call is shown, from a provider that does as the test says.
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { QuotaBridgeError } from '../../src/errors.ts'
import { staticAdapter } from '../../src/providers/static/index.ts'
import { ProviderError, type TimedProvider } from '../../src/quota/provider.ts'
import type { QuotaReport } from '../../src/quota/report.ts'
import { createReports } from '../../src/quota/reports.ts'
import { createQuotaService } from '../../src/quota/service.ts'
import type { ShowRequest } from '../../src/quota/show.ts'
import { openStore, storeInMemory } from '../../src/store/index.ts'
import { TODAY } from '../helpers/bridge.ts'

const key = { provider: 'p', instanceId: '' }
const freshness = { freshForMs: 60_000, patienceMs: 1000, deadlineMs: 2000, keepForMs: 3_600_000 }

const providerOf = (fetchReport: TimedProvider['fetchReport']): TimedProvider => ({
  fetchReport,
  check: async () => ({ health: 'ok' }),
  upgradeUrl: () => undefined,
  close: async () => {}
})

async function start(t: Test, provider: TimedProvider) {
  let at = TODAY.getTime()
  const errors: string[] = []
  const onStoreError = ({ message }: Error) => errors.push(message)
  const store = await openStore({ ...storeInMemory(), onLost: onStoreError, now: () => at })
  t.teardown(() => store.close())
  const reports = createReports(store, {
    now: () => at,
    onStoreError,
    onFetch: () => {},
    onUnusable: reason => t.fail(reason)
  })
  return {
    store,
    errors,
    ...reports,
    pass: (ms: number) => {
      at += ms
    },
    ask: (connection: string, more: Partial<ShowRequest> = {}) =>
      reports.show({
        key,
        call: { actionKey: 'a' },
        provider,
        connection,
        fingerprint: connection,
        freshness,
        shows: () => true,
        ...more
      })
  }
}

const reportFor = (connection: unknown): QuotaReport => ({
  vocabulary: 'static',
  account: String(connection),
  groups: []
})

t.test(
  "a call with another connection does not get the first one's numbers, though nobody told of the change",
  async t => {
    const asked: unknown[] = []
    const { ask } = await start(
      t,
      providerOf(async connection => {
        asked.push(connection)
        await sleep(50)
        return reportFor(connection)
      })
    )
    const [first, same, other] = await Promise.all([ask('old'), ask('old'), ask('new')])
    t.strictSame(
      [first, same, other].map(({ report }) => report.account),
      ['old', 'old', 'new']
    )
    t.strictSame(asked, ['old', 'new'])
  }
)

t.test('a fault of our own is never told as the lateness of an upstream', async t => {
  let fails = false
  const { ask, pass } = await start(
    t,
    providerOf(async connection => {
      if (fails) throw new TypeError('a shelf is empty')
      return reportFor(connection)
    })
  )
  t.match(await ask('a'), { done: 'miss' })
  fails = true
  pass(120_000)
  await t.rejects(ask('a'), new TypeError('a shelf is empty'))
})

t.test('what comes while the clock is set back is shown as of now', async t => {
  const { ask, pass } = await start(
    t,
    providerOf(async connection => {
      pass(-7_200_000)
      return reportFor(connection)
    })
  )
  t.match(await ask('a'), { done: 'miss', ageMs: 0, freshMs: 0 })
})

t.test('a fetch that was overtaken is shown to who waits for it, and not kept', async t => {
  let account = 'old'
  const { ask, store, pass } = await start(
    t,
    providerOf(async () => {
      const told = account
      await sleep(60)
      return reportFor(told)
    })
  )
  const waiting = ask('a')
  await sleep(20)
  account = 'new'
  store.changes.deliver(key)
  t.equal((await waiting).report.account, 'old')
  pass(1000)
  t.equal((await ask('a')).report.account, 'new')
})

t.test('a mark that the store does not take is known here', async t => {
  const seen: boolean[] = []
  const { ask, store, markPlan, errors, pass } = await start(
    t,
    providerOf(async (connection, { planMayHaveChanged }) => {
      seen.push(planMayHaveChanged)
      return reportFor(connection)
    })
  )
  await ask('a')
  await store.close()
  await markPlan(key)
  pass(6000)
  t.match(await ask('a'), { done: 'update' })
  t.strictSame(seen, [false, true])
  t.ok(errors.length > 0)
})

t.test('whatever a call waits for, it ends in time', async t => {
  const { show, showAtOnce, markPlan } = await start(
    t,
    providerOf(async connection => reportFor(connection))
  )
  const settings = { groups: [] }
  const source = {
    name: 'p',
    adapter: staticAdapter,
    settings,
    freshness: { ...freshness, deadlineMs: 400 },
    shared: { connection: {} },
    provider: providerOf(async connection => reportFor(connection)),
    connectionOf: () => new Promise<never>(() => {}),
    connectionAtHand: () => undefined
  }
  const action = { source, features: ['*'], enforced: true }
  const service = createQuotaService({
    actions: new Map([['a', action]]),
    sources: new Map(),
    show,
    showAtOnce,
    markPlan
  })
  const started = performance.now()
  await t.rejects(service.ask({ actionKey: 'a' }), new ProviderError('PROVIDER_TIMEOUT', 'timeout'))
  t.ok(performance.now() - started < 390)
  await t.rejects(service.ask({ actionKey: 'b' }), new QuotaBridgeError('ACTION_NOT_FOUND'))
})

t.test('numbers are as old as the moment at which they were asked for', async t => {
  const { ask, pass } = await start(
    t,
    providerOf(async connection => {
      pass(5000)
      return reportFor(connection)
    })
  )
  t.match(await ask('a'), { done: 'miss', ageMs: 5000 })
})

t.test('after a whole report, one that tells half is shown with the age of the rest', async t => {
  let partial = false
  const quotas = [{ feature: 'room', unit: 'count' as const, used: 1, limit: 2 }]
  const { ask, pass } = await start(
    t,
    providerOf(async connection => ({
      ...reportFor(connection),
      groups: [{ plans: [{ id: 'p' }], quotas }],
      ...(partial ? { partial } : { state: 'grace' as const })
    }))
  )
  t.notOk('asOf' in (await ask('a')))
  partial = true
  pass(120_000)
  const mixed = await ask('a')
  t.match(mixed, { done: 'update', ageMs: 120_000, report: { state: 'grace' } })
  t.strictSame(mixed.asOf, { fetchedAt: TODAY })
})

t.test('a mark is stored for the other replicas, once for as long as it lives', async t => {
  const { store, markPlan, pass } = await start(
    t,
    providerOf(async connection => reportFor(connection))
  )
  const adding = t.capture(store.knowledge, 'addMark', store.knowledge.addMark)
  await markPlan(key)
  const { mark } = await store.knowledge.get(key)
  t.equal(mark?.until, TODAY.getTime() + 30 * 60_000)
  pass(60_000)
  await markPlan(key)
  t.equal(adding().length, 1)
  t.strictSame((await store.knowledge.get(key)).mark, mark)
})

t.test('while a provider fails, its caches are passed by once in ten seconds', async t => {
  const seen: boolean[] = []
  const { ask, markPlan, pass } = await start(
    t,
    providerOf(async (_connection, { planMayHaveChanged }) => {
      seen.push(planMayHaveChanged)
      throw new ProviderError('QUOTA_UNAVAILABLE', 'unreachable')
    })
  )
  await markPlan(key)
  for (let call = 0; call < 3; call++) {
    await t.rejects(ask('a'), { code: 'QUOTA_UNAVAILABLE' })
    pass(6000)
  }
  t.strictSame(seen, [true, false, true])
})

t.test('a mark that another replica has set is heard of', async t => {
  const seen: boolean[] = []
  const { ask, store, pass, settled } = await start(
    t,
    providerOf(async (connection, { planMayHaveChanged }) => {
      seen.push(planMayHaveChanged)
      return reportFor(connection)
    })
  )
  await ask('a')
  await settled()
  const at = TODAY.getTime()
  const until = at + 30 * 60_000
  await store.knowledge.addMark(key, { until, signature: '', refreshedAt: 0 }, at, { fetchedAt: at, markUntil: until })
  store.changes.deliver(key)
  pass(6000)
  t.match(await ask('a'), { done: 'update' })
  t.strictSame(seen, [false, true])
})

t.test('who opens an upgrade link does not wait for a store that does not answer', async t => {
  const { ask, store, markPlan, pass } = await start(
    t,
    providerOf(async connection => reportFor(connection))
  )
  await ask('a')
  t.capture(store.knowledge, 'addMark', () => new Promise<never>(() => {}))
  await markPlan(key)
  pass(6000)
  t.match(await ask('a'), { done: 'update' }, 'and the mark is known here')
})
