// When connections in the configuration are checked, and what is known of them meanwhile.

import { mock } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { ServiceEvent } from '../../src/observe/events.ts'
import { docspace as adapter } from '../../src/providers/docspace/index.ts'
import { createSharedConnections } from '../../src/providers/shared-connections.ts'
import type { ConnectionCheck } from '../../src/quota/provider.ts'

const failing: ConnectionCheck = { health: 'failing', finding: 'unreachable' }
const key = { provider: 'p', instanceId: '' }
const call = { actionKey: 'a' }
const failure = { code: 'QUOTA_UNAVAILABLE', finding: 'timeout', message: '', remedy: '' } as const

function start(t: Test, check: () => Promise<ConnectionCheck>, recheckMs = 0) {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  let asked = 0
  const events: ServiceEvent[] = []
  const faults: unknown[] = []
  const provider = {
    fetchReport: async () => ({ vocabulary: 'v', account: 'a', groups: [] }),
    check() {
      asked++
      return check()
    },
    upgradeUrl: () => undefined,
    close: async () => {}
  }
  const source = {
    name: 'p',
    adapter,
    settings: {},
    freshness: { freshForMs: 0, patienceMs: 0, deadlineMs: 0, keepForMs: 0 },
    shared: { connection: {}, checkOnStart: true },
    provider,
    connectionOf: async () => ({ connection: {}, fingerprint: 'f' }),
    connectionAtHand: () => undefined
  }
  const shared = createSharedConnections({
    sources: new Map([['p', source]]),
    actions: new Map([['a', { source, features: ['room'], enforced: true }]]),
    // How it is stands in an event of each check; here what is told of changes matters.
    publish: event => event.kind === 'connection-checked' && events.push(event),
    recheckMs: () => recheckMs,
    onFault: error => faults.push(error),
    now: () => 1000
  })
  t.teardown(() => shared.close())
  return {
    shared,
    events,
    faults,
    asked: () => asked,
    health: () => shared.health().get('p'),
    async pass(ms: number) {
      await turn()
      mock.timers.tick(ms)
      await turn()
    }
  }
}

t.test(
  'one that fails is tried again after 1, 2, 4, 8, then every 10 minutes, and told again when it changes',
  async t => {
    let found: ConnectionCheck = failing
    const { shared, asked, events, pass } = start(t, async () => found)
    shared.start()
    await turn()
    const minutes: number[] = []
    for (let minute = 1; minute <= 45; minute++) {
      const before = asked()
      await pass(60_000)
      if (asked() > before) minutes.push(minute)
    }
    t.strictSame(minutes, [1, 3, 7, 15, 25, 35, 45])
    t.match(events, [{ kind: 'connection-checked', health: 'failing', finding: 'unreachable' }])
    t.equal(events.length, 1)
    found = { health: 'ok' }
    await pass(600_000)
    t.match(events.at(-1), { kind: 'connection-checked', health: 'ok' })
    await pass(86_400_000)
    t.equal(asked(), 9, 'one that works is not asked about again')
  }
)

t.test('while a stop is under way nothing is tried again', async t => {
  const { shared, asked, pass } = start(t, async () => failing)
  shared.start()
  await turn()
  await shared.close()
  await pass(86_400_000)
  t.equal(asked(), 1)
})

t.test('a fault of ours is told, and ends nothing', async t => {
  const { shared, faults, health } = start(t, async () => {
    throw new TypeError('of ours')
  })
  shared.start()
  await shared.close()
  t.match(faults, [{ message: 'of ours' }])
  t.match(health(), { health: 'unchecked' })
})

t.test('what fetches meet is known too, until numbers come', async t => {
  let found: ConnectionCheck = { health: 'ok' }
  const { shared, health } = start(t, async () => found)
  shared.listener({ kind: 'fetch-failed', key, call, failure })
  t.match(health(), { health: 'failing', finding: 'timeout', checkedAt: 1000 })
  shared.listener({ kind: 'fetch-done', key, call, upstreamMs: 1 })
  t.match(health(), { health: 'unchecked' })
  await shared.check('p')
  shared.listener({ kind: 'fetch-failed', key, call, failure })
  t.match(health(), { health: 'failing' })
  shared.listener({ kind: 'fetch-done', key, call, upstreamMs: 1 })
  t.match(health(), { health: 'ok' })
  found = failing
  await shared.check('p')
  shared.listener({ kind: 'fetch-done', key, call, upstreamMs: 1 })
  t.match(health(), { health: 'unchecked' }, 'it works again; whether it tells all is not known')
  const others: ServiceEvent[] = [
    { kind: 'fetch-failed', key: { provider: 'p', instanceId: 'site' }, call, failure },
    { kind: 'fetch-failed', key: { provider: 'other', instanceId: '' }, call, failure },
    { kind: 'call-failed', key, call, failure }
  ]
  for (const event of others) shared.listener(event)
  t.match(health(), { health: 'unchecked' })
  t.equal(shared.health().size, 1)
})

t.test('one that works is checked again as often as is configured, and soon once it fails', async t => {
  let found: ConnectionCheck = { health: 'ok' }
  const { shared, asked, health, pass } = start(t, async () => found, 3_600_000)
  shared.start()
  await turn()
  t.equal(asked(), 1)
  await pass(3_599_000)
  t.equal(asked(), 1)
  found = failing
  await pass(1000)
  t.equal(health()?.health, 'failing')
  await pass(60_000)
  t.equal(asked(), 3)
  found = { health: 'ok' }
  await pass(120_000)
  t.equal(health()?.health, 'ok')
  await pass(3_599_000)
  t.equal(asked(), 4)
  await pass(1000)
  t.equal(asked(), 5)
})
