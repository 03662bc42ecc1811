// Providers over a reload: which go on, and when those that do not are closed.
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { ServiceEvent } from '../../src/observe/events.ts'
import type { ProviderAdapter } from '../../src/quota/provider.ts'
import { Type } from '../../src/schema.ts'
import { createSources } from '../../src/service/sources.ts'
import { openStore, storeInMemory } from '../../src/store/index.ts'
import { SILENT } from '../helpers/log-sink.ts'

const LINGER_MS = 60

async function start(t: Test) {
  const told: string[] = []
  const events: ServiceEvent[] = []
  const answers: (() => void)[] = []
  const adapter: ProviderAdapter = {
    type: 'slow',
    title: 'Slow',
    settingsSchema: Type.Object({}),
    connectionSchema: Type.Object({}),
    features: () => ({ known: [], shown: [] }),
    create(settings, { log, watch }) {
      const name = JSON.stringify(settings)
      watch?.({ kind: 'upstream-called', operation: 'none', method: 'GET', ms: 1 })
      log.warn({ of: name }, 'made')
      return {
        fetchReport() {
          told.push(`${name} asked`)
          const report = { vocabulary: 'v', account: 'a', groups: [] }
          return new Promise(resolve => answers.push(() => resolve(report)))
        },
        check: async () => ({ health: 'ok' }),
        upgradeUrl: () => undefined,
        close: async () => void told.push(`${name} closed`)
      }
    }
  }
  const store = await openStore({ ...storeInMemory(), now: Date.now, onLost: error => t.fail(error.message) })
  t.teardown(() => store.close())
  const sources = createSources({
    store,
    now: Date.now,
    logger: SILENT,
    publish: event => events.push(event),
    lingerMs: LINGER_MS
  })
  const freshness = { deadlineMs: 5000, patienceMs: 1000, freshForMs: 0, keepForMs: 0 }
  const configured = (name: string, settings: unknown) => ({ name, adapter, settings, freshness, recheckMs: 0 })
  const prepare = (...list: ReturnType<typeof configured>[]) =>
    sources.prepare(new Map(list.map(entry => [entry.name, entry])))
  return { told, events, answers, sources, store, configured, prepare }
}

t.test(
  'one about which nothing changed is the same afterwards; the other is closed when its last call is over',
  async t => {
    const { told, events, answers, sources, configured, prepare } = await start(t)
    const first = prepare(configured('kept', 1), configured('changed', 2))
    first.adopt()
    t.match(events, [{ provider: 'kept' }, { provider: 'changed' }])
    const before = first.sources.get('changed')
    const call = before?.provider.fetchReport({}, { planMayHaveChanged: false })
    const second = prepare(configured('kept', 1), configured('changed', 3))
    second.adopt()
    t.equal(second.sources.get('kept'), first.sources.get('kept'))
    t.not(second.sources.get('changed'), before)
    // A call that was begun before, and asks only now.
    const late = before?.provider.fetchReport({ another: 1 }, { planMayHaveChanged: false })
    await sleep(LINGER_MS * 2)
    t.strictSame(told, ['2 asked', '2 asked'])
    for (const answer of answers) answer()
    await Promise.all([call, late])
    while (told.length < 3) await sleep(5)
    t.strictSame(told.slice(2), ['2 closed'])
    await sources.close()
    t.strictSame(told.slice(3).sort(), ['1 closed', '3 closed'])
  }
)

t.test('when all is closed nothing is waited for but calls', async t => {
  const { told, sources, configured, prepare } = await start(t)
  prepare(configured('a', 1)).adopt()
  prepare(configured('a', 2)).adopt()
  prepare().adopt()
  const started = performance.now()
  await sources.close()
  t.ok(performance.now() - started < LINGER_MS)
  t.strictSame(told.sort(), ['1 closed', '2 closed'])
})

t.test('one that was closed hears of no change any more', async t => {
  const { sources, store, configured, prepare, told } = await start(t)
  let listeners = 0
  const { subscribe } = store.changes
  store.changes.subscribe = listener => {
    listeners++
    const end = subscribe(listener)
    return () => {
      listeners--
      end()
    }
  }
  prepare(configured('a', 1)).adopt()
  prepare(configured('a', 2)).adopt()
  while (told.length === 0) await sleep(5)
  t.equal(listeners, 1)
  await sources.close()
  t.equal(listeners, 0)
})
