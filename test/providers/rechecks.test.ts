// Stored connections are checked again: each in its time, evenly, by one replica, and what is found is kept.
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'
import type { ServiceEvent } from '../../src/observe/events.ts'
import { docspace as adapter } from '../../src/providers/docspace/index.ts'
import { gently } from '../../src/providers/gentleness.ts'
import { createRechecks, RECHECKS } from '../../src/providers/rechecks.ts'
import { createSiteHealth } from '../../src/providers/site-health.ts'
import type { TimedProvider } from '../../src/quota/provider.ts'
import { createSource } from '../../src/quota/source.ts'
import { openStore } from '../../src/store/index.ts'
import { ENCRYPTION_KEY } from '../helpers/bridge.ts'
import { onEachEngine, type TestEngine } from '../helpers/engines.ts'
import { SILENT } from '../helpers/log-sink.ts'

const ROUND_MS = 100
/** Where a lease must hold: it lasts for three rounds, which a busy machine may stand still for. */
const LONG_ROUND_MS = 500
const SETTINGS = { allowedHosts: ['127.0.0.1'], allowPrivateHosts: true, upgradePath: '/upgrade' }
const FRESHNESS = { deadlineMs: 60_000, patienceMs: 60_000, freshForMs: 0, keepForMs: 0 }

interface Started {
  sites: number
  recheckMs: number
  roundMs?: number
}

async function start(t: Test, engine: TestEngine, { sites, recheckMs, roundMs = ROUND_MS }: Started) {
  const url = await engine.newUrl(t)
  const docspace = await startFakeDocSpace()
  t.teardown(() => docspace.close())
  const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
  const events: ServiceEvent[] = []
  const errors: Error[] = []
  const checked: string[] = []
  let isSecond = false

  /** A replica of its own; on SQLite there is one. */
  async function replica() {
    const encryptionKeys = [Buffer.from(ENCRYPTION_KEY, 'base64')]
    const store = await openStore({ url, encryptionKeys, now: Date.now, onLost: error => errors.push(error) })
    const asked = gently(adapter.create(SETTINGS, { name: 'sites', now: Date.now, log: SILENT }), 60_000)
    const provider: TimedProvider = asked
    const source = createSource({ name: 'sites', adapter, settings: SETTINGS, freshness: FRESHNESS }, provider, store)
    const common = { store, now: Date.now, onError: (error: Error) => errors.push(error) }
    const sources = new Map([['sites', source]])
    const health = createSiteHealth({ ...common, sources, publish: event => events.push(event) })
    const rechecks = createRechecks({
      ...common,
      providers: () => [{ source, recheckMs }],
      check(asked, key) {
        checked.push(key.instanceId)
        return health.check(asked, key)
      },
      random: () => (isSecond ? 0.5 : 0),
      roundMs
    })
    t.teardown(async () => {
      await Promise.all([rechecks.close(), health.close()])
      await provider.close()
      await store.close()
    })
    isSecond = true
    return { store, rechecks, health, source }
  }

  const first = await replica()
  for (let site = 0; site < sites; site++) {
    const unchecked = { health: 'unchecked', finding: '', checkedAt: 0 } as const
    await first.store.connections.put({ provider: 'sites', instanceId: `site-${site}` }, connection, unchecked, 'test')
  }
  const healths = async () => (await first.store.connections.list({ limit: 200 })).map(({ health }) => health)
  return { ...first, replica, docspace, connection, events, errors, checked, healths }
}

async function until(condition: () => boolean | Promise<boolean>) {
  while (!(await condition())) await sleep(10)
}

onEachEngine(engine => {
  t.test(
    `${engine.name}: all have had their turn before any has its second, a few in each round, never past the caches`,
    async t => {
      const { rechecks, docspace, checked, errors, healths, store } = await start(t, engine, {
        sites: 20,
        recheckMs: 1000
      })
      rechecks.start()
      await until(() => checked.length >= 40)
      await rechecks.close()
      t.equal(new Set(checked.slice(0, 20)).size, 20)
      t.ok(docspace.calls.every(({ refresh }) => !refresh))
      await until(async () => (await healths()).every(health => health === 'ok'))
      t.strictSame(errors, [])
      const audit = (await store.audit.list({ limit: 200 })).filter(({ action }) => action === 'connection.checked')
      t.equal(audit.length, 20, 'a check that finds nothing new leaves no row')
      t.ok(audit.every(({ actor }) => actor === 'service'))
    }
  )

  t.test(`${engine.name}: one that failed, and one that no key opens, keep no others from their turn`, async t => {
    const { rechecks, docspace, healths, events, store, connection } = await start(t, engine, {
      sites: 3,
      recheckMs: 1000
    })
    const ok = { health: 'ok', finding: '', checkedAt: 0 } as const
    const bad = { ...connection, apiKey: 'sk-key-of-nobody' }
    await store.connections.put({ provider: 'sites', instanceId: 'bad' }, bad, ok, 'test')
    const elsewhere = { ...connection, url: 'https://evil.example.com' }
    await store.connections.put({ provider: 'sites', instanceId: 'elsewhere' }, elsewhere, ok, 'test')
    rechecks.start()
    await until(async () => (await healths()).join() === 'failing,failing,ok,ok,ok')
    const told = events.flatMap(event => (event.kind === 'connection-health' ? [event] : []))
    const of = (site: string) => told.find(({ key }) => key.instanceId === site)
    t.match(of('bad'), { health: 'failing', before: 'ok', finding: 'api-key-rejected', remedy: /key/i })
    t.match(of('elsewhere'), { health: 'failing', finding: 'host-not-allowed' })
    t.notOk(docspace.calls.some(({ authorization }) => authorization.includes('evil')))
  })

  t.test(`${engine.name}: nothing is checked when recheck is 0s, and closing waits for no round`, async t => {
    const { rechecks, checked } = await start(t, engine, { sites: 2, recheckMs: 0 })
    rechecks.start()
    await sleep(3 * ROUND_MS)
    await rechecks.close()
    t.equal(checked.length, 0)
  })

  // SQLite has one service.
  if (engine.name === 'SQLite') return

  t.test(`${engine.name}: two replicas take turns: no connection is checked twice in its time`, async t => {
    const { rechecks, replica, checked } = await start(t, engine, {
      sites: 10,
      recheckMs: 60_000,
      roundMs: LONG_ROUND_MS
    })
    const second = await replica()
    rechecks.start()
    second.rechecks.start()
    await until(() => checked.length >= 10)
    await sleep(5 * LONG_ROUND_MS)
    t.equal(checked.length, 10)
    t.equal(new Set(checked).size, 10)
  })

  t.test(`${engine.name}: nobody checks while another holds the lease`, async t => {
    const { rechecks, checked, store } = await start(t, engine, { sites: 2, recheckMs: 1000 })
    const lease = await store.leases.take(RECHECKS, 60_000)
    rechecks.start()
    await sleep(5 * ROUND_MS)
    t.equal(checked.length, 0)
    if (lease !== 'busy') await lease?.release()
    await until(() => checked.length > 0)
  })
})
