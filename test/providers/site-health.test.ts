// What is learnt of the sites' connections, where something is in the way of learning.
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { ServiceEvent } from '../../src/observe/events.ts'
import { docspace as adapter } from '../../src/providers/docspace/index.ts'
import { createRechecks } from '../../src/providers/rechecks.ts'
import { createSiteHealth } from '../../src/providers/site-health.ts'
import { type ConnectionCheck, ProviderError } from '../../src/quota/provider.ts'
import type { Source } from '../../src/quota/source.ts'
import type { HealthReport, StoredConnection } from '../../src/store/connections.ts'

const key = { provider: 'p', instanceId: 'site-1' }
const call = { actionKey: 'a' }
const refused = (instanceId = 'site-1', finding = 'api-key-rejected'): ServiceEvent => ({
  kind: 'fetch-failed',
  key: { provider: 'p', instanceId },
  call,
  failure: { code: 'PROVIDER_REJECTED', finding, message: '', remedy: '' }
})
const done: ServiceEvent = { kind: 'fetch-done', key, call, upstreamMs: 1 }

interface Options {
  stored?: Partial<StoredConnection>
  check?: () => Promise<ConnectionCheck>
  connectionOf?: Source['connectionOf']
  get?: () => Promise<StoredConnection | undefined>
  failing?: () => Promise<(typeof key & { finding: string })[]>
}

function start(t: Test, { stored, check, connectionOf, get, failing }: Options = {}) {
  const errors: Error[] = []
  const noted: HealthReport[] = []
  const found: StoredConnection = {
    ...{ ...key, connection: { url: 'u' }, health: 'ok', finding: '', checkedAt: 1, createdAt: 1, updatedAt: 1 },
    ...stored
  }
  const source: Source = {
    ...{ name: 'p', adapter, settings: {} },
    freshness: { freshForMs: 0, patienceMs: 0, deadlineMs: 0, keepForMs: 0 },
    provider: {
      fetchReport: async () => ({ vocabulary: 'v', account: 'a', groups: [] }),
      check: check ?? (async () => ({ health: 'ok' })),
      upgradeUrl: () => undefined,
      close: async () => {}
    },
    connectionOf: connectionOf ?? (async () => ({ connection: { url: 'u' }, fingerprint: 'f' })),
    connectionAtHand: () => undefined
  }
  const health = createSiteHealth({
    store: {
      connections: {
        get: get ?? (async () => found),
        setHealth: async (_checked, report) => {
          noted.push(report)
          return { ...found, ...report }
        }
      },
      rechecks: { failing: failing ?? (async () => []) }
    },
    sources: new Map([['p', source]]),
    publish: event => health.listener(event),
    onError: error => errors.push(error),
    now: () => 1000
  })
  t.teardown(() => health.close())
  return { health, source, errors, noted }
}

t.test('what other replicas found is known: one that works again is checked once', async t => {
  const { health, noted } = start(t, {
    stored: { health: 'failing', finding: 'api-key-rejected' },
    failing: async () => [{ ...key, finding: 'api-key-rejected' }]
  })
  health.start()
  await sleep(10)
  health.listener(refused())
  health.listener(done)
  health.listener(done)
  await sleep(10)
  t.match(noted, [{ health: 'ok', checkedAt: 1000 }])
  health.listener(done)
  await sleep(10)
  t.equal(noted.length, 1, 'one that works is not checked')
})

t.test('what is in the store already is not written again', async t => {
  const { health, noted } = start(t, { stored: { health: 'failing', finding: 'api-key-rejected', expiresAt: 5 } })
  health.listener(refused())
  await sleep(10)
  t.strictSame(noted, [])
  health.listener({ kind: 'connection-health', key, health: 'ok', finding: '' })
  health.listener(refused('site-1', 'access-refused'))
  await sleep(10)
  t.match(noted, [{ health: 'failing', finding: 'access-refused', expiresAt: 5 }])
})

t.test('a shared connection, one that is gone or unreadable, and a provider that is gone teach nothing', async t => {
  const gone = start(t, { get: async () => undefined })
  gone.health.listener(refused())
  gone.health.listener(refused(''))
  gone.health.listener({ kind: 'fetch-done', key: { provider: 'q', instanceId: 'site-1' }, call, upstreamMs: 1 })
  await gone.health.check(gone.source, key)
  const unreadable = start(t, { stored: { connection: undefined } })
  unreadable.health.listener(refused())
  await sleep(10)
  t.strictSame([gone.noted, unreadable.noted], [[], []])
  await unreadable.health.check(unreadable.source, key)
  t.match(unreadable.noted, [{ health: 'failing', finding: 'connection-unreadable' }])
})

t.test('a check is worth nothing where the connection changed meanwhile, the store fails, or all stops', async t => {
  const changed = start(t, { connectionOf: async () => ({ connection: { url: 'another' }, fingerprint: 'f' }) })
  await changed.health.check(changed.source, key)
  const without = start(t, {
    connectionOf: () => Promise.reject(new ProviderError('QUOTA_UNAVAILABLE', 'store-unavailable'))
  })
  await without.health.check(without.source, key)
  const stopping = start(t)
  await stopping.health.close()
  await stopping.health.check(stopping.source, key)
  stopping.health.listener(refused())
  t.strictSame([changed.noted, without.noted, stopping.noted], [[], [], []])
  const broken = start(t, { connectionOf: () => Promise.reject(new TypeError('a fault')) })
  await t.rejects(broken.health.check(broken.source, key), { message: 'a fault' })
})

t.test('a database that does not answer is told, and ends nothing', async t => {
  const lost = () => Promise.reject(new Error('lost'))
  const { health, errors } = start(t, { get: lost, failing: lost })
  health.start()
  health.listener(refused())
  await sleep(10)
  t.strictSame(
    errors.map(({ message }) => message),
    ['lost', 'lost']
  )
  const rechecks = createRechecks({
    store: { leases: { take: lost }, rechecks: { count: lost, due: lost, failing: lost } },
    ...{ providers: () => [], check: lost, onError: (error: Error) => errors.push(error), now: () => 0 },
    ...{ random: () => 0, roundMs: 10 }
  })
  rechecks.start()
  while (errors.length < 4) await sleep(5)
  await rechecks.close()
})
