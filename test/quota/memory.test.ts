// What one replica remembers: whole values, and no load that something overtook.
import t, { type Test } from 'tap'
import { MARK_MS, NOTHING_KNOWN } from '../../src/quota/knowledge.ts'
import { createMemory } from '../../src/quota/memory.ts'
import { openStore, storeInMemory } from '../../src/store/index.ts'
import type { KnowledgeRows } from '../../src/store/knowledge.ts'
import { TODAY } from '../helpers/bridge.ts'

const key = { provider: 'p', instanceId: '' }
const at = TODAY.getTime()
const mark = { until: at + MARK_MS, signature: 's', refreshedAt: 0 }
const snapshot = (fetchedAt: number, account = 'a') => ({
  report: { vocabulary: 'static', account, groups: [] },
  fetchedAt,
  fingerprint: 'f'
})

/** A memory over a real store; `slow` holds back what the store has read until it is told to go on. */
async function start(t: Test) {
  const errors: string[] = []
  const told: string[] = []
  const store = await openStore({ ...storeInMemory(), onLost: error => errors.push(error.message), now: () => at })
  t.teardown(() => store.close())
  const { promise: goOn, resolve } = Promise.withResolvers<void>()
  let isSlow = false
  let isDown = false
  let isAway = false
  const knowledge: KnowledgeRows = {
    ...store.knowledge,
    async get(key) {
      const read = await store.knowledge.get(key)
      if (isSlow) await goOn
      return read
    },
    putSnapshot: async (...given) => {
      if (isDown) throw new Error('the disk is full')
      return store.knowledge.putSnapshot(...given)
    }
  }
  const memoryOver = (rows: KnowledgeRows) =>
    createMemory({
      store: { knowledge: rows },
      briefly: async work => (isAway ? undefined : work()),
      now: () => at,
      onStoreError: error => errors.push(error.message),
      onUnusable: reason => told.push(reason)
    })
  return {
    store,
    memory: memoryOver(knowledge),
    other: memoryOver(store.knowledge),
    errors,
    told,
    slow: () => {
      isSlow = true
      return () => {
        isSlow = false
        resolve()
      }
    },
    fail: () => {
      isDown = true
    },
    leaveStore: (away: boolean) => {
      isAway = away
    }
  }
}

t.test('what is kept is there for another replica, whole: a mark that ended is gone', async t => {
  const { memory, other, store } = await start(t)
  t.strictSame(await memory.recall(key), NOTHING_KNOWN)
  await memory.keep(key, { snapshot: snapshot(at), mark })()
  t.strictSame(await other.recall(key), { snapshot: snapshot(at), mark })
  const changed = { ...mark, refreshedAt: at }
  await memory.keep(key, { snapshot: snapshot(at), mark: changed })()
  t.strictSame((await store.knowledge.get(key)).mark, changed)
  await memory.keep(key, { snapshot: snapshot(at + 1) })()
  t.strictSame(memory.current(key), { snapshot: snapshot(at + 1) })
  t.strictSame(await other.recall(key), { snapshot: snapshot(at), mark }, 'until it hears of the change')
  other.forget(undefined)
  t.strictSame(await other.recall(key), { snapshot: snapshot(at + 1) })
  await memory.keep(key, { snapshot: snapshot(at + 2) })()
  t.strictSame(await other.reload(key), { snapshot: snapshot(at + 2) })
  t.strictSame(await other.recall(key), { snapshot: snapshot(at + 2) }, 'or reads it again by itself')
})

t.test('a load that a change overtook answers who waits for it, and is not kept', async t => {
  const { memory, store, slow } = await start(t)
  const goOn = slow()
  const loading = memory.recall(key)
  await store.knowledge.addMark(key, mark, at, { fetchedAt: at, markUntil: mark.until })
  memory.forget(key)
  goOn()
  t.strictSame(await loading, NOTHING_KNOWN)
  t.strictSame(await memory.recall(key), { mark })
})

t.test('what was learnt while a load was under way stays', async t => {
  const { memory, slow } = await start(t)
  const goOn = slow()
  const loading = memory.recall(key)
  memory.hold(key, { snapshot: snapshot(at) })
  goOn()
  await loading
  t.strictSame(memory.current(key), { snapshot: snapshot(at) })
})

t.test(
  'what was learnt while the store was left alone is not all that is known: the store is read once it answers',
  async t => {
    const { memory, store, leaveStore, fail } = await start(t)
    const horizon = { fetchedAt: at, markUntil: mark.until }
    await store.knowledge.addMark(key, mark, at, horizon)
    leaveStore(true)
    t.strictSame(await memory.recall(key), NOTHING_KNOWN)
    fail()
    await memory.keep(key, { snapshot: snapshot(at) })()
    t.strictSame(await memory.recall(key), { snapshot: snapshot(at) }, 'meanwhile it will do')
    await memory.keep(key, { snapshot: snapshot(at + 1) })()
    leaveStore(false)
    const known = await memory.recall(key)
    t.match(known, { snapshot: { fetchedAt: at + 1 } }, 'the report that came since')
    t.equal(known.mark, undefined, 'a mark of another plan has ended')
    const other = { provider: 'q', instanceId: '' }
    const same = { ...mark, signature: '' }
    await store.knowledge.replaceMark(other, undefined, same)
    leaveStore(true)
    await memory.keep(other, { snapshot: snapshot(at) })()
    leaveStore(false)
    t.match((await memory.recall(other)).mark, { until: mark.until }, 'a mark that still waits is seen')
    leaveStore(true)
    t.match((await memory.recall(other)).mark, { until: mark.until }, 'and kept from then on')
  }
)

t.test('reading the store again takes the place of nothing that was learnt meanwhile', async t => {
  const { memory, slow } = await start(t)
  await memory.keep(key, { snapshot: snapshot(at) })()
  const goOn = slow()
  const reading = memory.reload(key)
  memory.hold(key, { snapshot: snapshot(at), mark })
  goOn()
  t.strictSame(await reading, { snapshot: snapshot(at) })
  t.strictSame(memory.current(key), { snapshot: snapshot(at), mark })
})

t.test('what is read again while a change comes is not kept, also where nothing was known before', async t => {
  const { memory, store, slow } = await start(t)
  const goOn = slow()
  const reading = memory.reload(key)
  await store.knowledge.addMark(key, mark, at, { fetchedAt: at, markUntil: mark.until })
  memory.forget(key)
  goOn()
  t.strictSame(await reading, NOTHING_KNOWN)
  t.equal(memory.current(key), NOTHING_KNOWN)
  t.strictSame(await memory.recall(key), { mark })
})

t.test('a store that fails costs what it would have kept, and is told', async t => {
  const { memory, errors, fail } = await start(t)
  fail()
  await memory.keep(key, { snapshot: snapshot(at) })()
  t.strictSame(memory.current(key), { snapshot: snapshot(at) })
  t.strictSame(errors, ['the disk is full'])
})

t.test('each reason why a stored report cannot be used is told once', async t => {
  const { store, other, told } = await start(t)
  const horizon = { fetchedAt: at, markUntil: at }
  const rows = {
    'it is not whole': '{',
    'another version wrote it': '{"version":1}',
    'it is no report': '{"version":2}'
  }
  for (const [reason, report] of Object.entries(rows)) {
    for (const instanceId of ['', '']) {
      await store.knowledge.putSnapshot(
        { provider: reason, instanceId },
        { fingerprint: 'f', fetchedAt: 1, report },
        horizon
      )
      t.strictSame(await other.reload({ provider: reason, instanceId }), {}, reason)
    }
  }
  t.strictSame(told, Object.keys(rows))
})
