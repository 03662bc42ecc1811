// A configured provider and its sites' connections: which is whose, what is remembered of them, and what tells them apart.
import t, { type Test } from 'tap'
import type { ProviderAdapter } from '../../src/quota/provider.ts'
import { createSource, fetchWithinMs, keyOf, reportWithinMs, type SourceSettings } from '../../src/quota/source.ts'
import { Type } from '../../src/schema.ts'
import { openStore, type Store, storeInMemory } from '../../src/store/index.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { TODAY } from '../helpers/bridge.ts'

const now = () => TODAY.getTime()
const freshness = { freshForMs: 60_000, patienceMs: 1000, deadlineMs: 2500, keepForMs: 3_600_000 }
const provider = {
  fetchReport: async () => ({ vocabulary: 'v', account: 'a', groups: [] }),
  check: async () => ({ health: 'ok' as const }),
  upgradeUrl: () => undefined,
  close: async () => {}
}
const adapter: ProviderAdapter = {
  type: 'shop',
  title: 'Shop',
  settingsSchema: Type.Object({ page: Type.String() }),
  connectionSchema: Type.Object({ url: Type.String() }),
  connectionMistakes: connection =>
    JSON.stringify(connection).includes('forbidden') ? [{ path: ['url'], message: 'is forbidden' }] : [],
  features: () => ({ known: [], shown: [] }),
  create: () => provider
}
const configured: SourceSettings = { name: 'shop', adapter, settings: { page: '/pay' }, freshness }
const HEALTH = { health: 'ok' as const, finding: '', checkedAt: 0 }

/** A source of sites with connections of their own, over a real store. */
async function start(t: Test, change: (store: Store) => Partial<Store['connections']> = () => ({})) {
  const store = await openStore({ ...storeInMemory(), onLost: error => t.fail(error.message), now })
  t.teardown(() => store.close())
  const connections = { ...store.connections, ...change(store) }
  const source = createSource(configured, provider, { connections, changes: store.changes })
  return {
    store,
    urlOf: async (site: string) => (await source.connectionOf(site))?.connection,
    source,
    save: (site: string, connection: unknown) =>
      store.connections.put({ provider: 'shop', instanceId: site }, connection, HEALTH, 'test')
  }
}

t.test('a shared connection is one for all sites, one of their own is each site its own', async t => {
  const shared = { ...configured, shared: { connection: {} } }
  for (const site of ['one', undefined]) t.strictSame(keyOf(shared, site), { provider: 'shop', instanceId: '' })
  t.strictSame(keyOf(configured, 'one'), { provider: 'shop', instanceId: 'one' })
  t.equal(keyOf(configured, undefined), undefined)
})

t.test('a connection is read once, and again when it has changed', async t => {
  let reads = 0
  const { urlOf, save } = await start(t, store => ({
    get: key => {
      reads++
      return store.connections.get(key)
    }
  }))
  t.equal(await urlOf('one'), undefined)
  t.equal(await urlOf('one'), undefined)
  t.equal(reads, 1, 'the lack of one is remembered too')
  await save('one', { url: 'a' })
  for (const _ of ['once', 'again']) t.strictSame(await urlOf('one'), { url: 'a' })
  t.equal(reads, 2)
  await save('one', { url: 'b' })
  t.strictSame(await urlOf('one'), { url: 'b' })
})

t.test('after words were missed every connection is read anew, and after those about others none', async t => {
  let reads = 0
  const { urlOf, save, store } = await start(t, ({ connections }) => ({
    get: key => {
      reads++
      return connections.get(key)
    }
  }))
  await save('one', { url: 'a' })
  await urlOf('one')
  store.changes.deliver({ provider: 'another', instanceId: 'one' })
  store.changes.deliver({ provider: 'shop', instanceId: 'two' })
  await urlOf('one')
  t.equal(reads, 1)
  store.changes.deliver(undefined)
  await urlOf('one')
  t.equal(reads, 2)
})

t.test('a read that a change overtook answers who waits for it, and is not remembered', async t => {
  const { promise: goOn, resolve } = Promise.withResolvers<void>()
  const { urlOf, save } = await start(t, store => ({
    get: async key => {
      const read = await store.connections.get(key)
      await goOn
      return read
    }
  }))
  await save('one', { url: 'a' })
  const reading = urlOf('one')
  await new Promise(resolve => setTimeout(resolve, 20))
  await save('one', { url: 'b' })
  resolve()
  t.strictSame(await reading, { url: 'a' })
  t.strictSame(await urlOf('one'), { url: 'b' })
})

t.test('what was saved under other rules is not used', async t => {
  const { urlOf, save } = await start(t)
  await save('old', { address: 'a' })
  await t.rejects(urlOf('old'), { code: 'PROVIDER_REJECTED', finding: 'connection-unreadable' })
  await save('strict', { url: 'forbidden' })
  await t.rejects(urlOf('strict'), { code: 'PROVIDER_REJECTED', finding: 'host-not-allowed' })
})

t.test('a store that does not answer is told as such, and asked again', async t => {
  let failure: Error | undefined = new StoreError('unavailable', 'the disk is gone')
  const { urlOf, save } = await start(t, store => ({
    get: async key => {
      if (failure) throw failure
      return store.connections.get(key)
    }
  }))
  await save('one', { url: 'a' })
  await t.rejects(urlOf('one'), {
    code: 'QUOTA_UNAVAILABLE',
    finding: 'store-unavailable',
    reason: 'the disk is gone',
    retryAfterSeconds: 30
  })
  failure = new TypeError('a shelf is empty')
  await t.rejects(urlOf('one'), failure, 'a fault of ours is none of the store')
  failure = undefined
  t.strictSame(await urlOf('one'), { url: 'a' })
})

t.test("the adapter's settings and the connection tell one source from another, and nothing else does", async t => {
  const { store } = await start(t)
  const fingerprint = async (change: Partial<SourceSettings>, connection: unknown = { url: 'a' }) =>
    (await createSource({ ...configured, shared: { connection }, ...change }, provider, store).connectionOf(''))
      ?.fingerprint
  const plain = await fingerprint({})
  t.match(plain, /^[0-9a-f]{32}$/)
  t.equal(await fingerprint({ freshness: { ...freshness, freshForMs: 1 } }), plain)
  t.equal(await fingerprint({ settings: { page: '/pay', freshFor: '1s' } }), plain, 'also as it stands in the file')
  t.not(await fingerprint({ settings: { page: '/billing' } }), plain)
  t.not(await fingerprint({ adapter: { ...adapter, type: 'other' } }), plain)
  t.not(await fingerprint({}, { url: 'b' }), plain)
})

t.test('a report is there before the deadline, and a fetch ends before that', async t => {
  t.equal(reportWithinMs(freshness), 2300)
  t.equal(fetchWithinMs(freshness), 2200)
})
