// What webhooks are told, by a service on real sockets.
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import type { BridgeOptions } from '../helpers/bridge.ts'
import { startBridge, TODAY } from '../helpers/bridge.ts'
import { onEachEngine } from '../helpers/engines.ts'
import { startManagedBridge } from '../helpers/manage.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const FEW = { retries: 2, firstAfterMs: 10, waitMsMax: 20 }
const typesOf = ({ told }: Receiver) => told.map(({ type }) => type)
const linesOf = (log: readonly string[], msg: string) =>
  log.map(line => JSON.parse(line)).filter(line => line.msg === msg)

async function until(condition: () => boolean) {
  while (!condition()) await sleep(10)
}

function setRoom(scenario: { quota: { response: { features?: { id?: string }[] } } }, used: number, value: number) {
  const room = scenario.quota.response.features?.find(({ id }) => id === 'room')
  if (room) Object.assign(room, { used: { value: used }, value })
}

onEachEngine(engine => {
  const start = async (t: Test, options: BridgeOptions & { receiver?: Receiver } = {}) => {
    const receiver = options.receiver ?? (await startReceiver(t))
    const store = options.store ?? { url: await engine.newUrl(t) }
    const actions = { 'site-room': { provider: 'sites', features: ['room'] } }
    const bridge = await startManagedBridge(t, { webhooks: [receiver.webhook], tries: FEW, actions, ...options, store })
    const connect = () =>
      bridge.manage('PUT', 'v1/connections/sites/site-1', {
        url: bridge.docspace.url,
        apiKey: bridge.docspace.portal.keys.owner
      })
    return { ...bridge, receiver, connect, check: () => bridge.manage('POST', 'v1/connections/sites/site-1/check') }
  }

  t.test(`${engine.name}: a connection that fails is told once, and once that it works again`, async t => {
    const { connect, ask, check, docspace, receiver, log } = await start(t)
    await connect()
    docspace.fail('bad-key')
    await ask('site-1')
    await receiver.until(1)
    await check()
    await ask('site-1')
    docspace.fail(undefined)
    await check()
    await check()
    const told = await receiver.until(2)
    t.strictSame(typesOf(receiver), ['connection.failing', 'connection.recovered'])
    t.match(told[0], {
      timestamp: '2026-11-22T12:00:00.000Z',
      data: { provider: 'sites', instanceId: 'site-1', finding: 'api-key-rejected', message: /./, remedy: /./ }
    })
    t.strictSame(told[1]?.data, { provider: 'sites', instanceId: 'site-1' })
    t.equal(linesOf(log, 'a webhook was told').length, 2)
    t.notMatch(log.join(''), /sk-token-in-an-address/)
    docspace.fail('bad-key')
    await check()
    await receiver.until(3)
    t.equal(typesOf(receiver).at(-1), 'connection.failing', 'another crossing is told anew')
    docspace.fail(undefined)
    await connect()
    await receiver.until(4)
    t.equal(typesOf(receiver).at(-1), 'connection.recovered', 'also where another key was saved')
  })

  t.test(`${engine.name}: each quota is told once a period, across restarts, and again for another limit`, async t => {
    const receiver = await startReceiver(t)
    const store = { url: await engine.newUrl(t) }
    const first = await start(t, { receiver, store })
    await first.connect()
    const { docspace } = first
    setRoom(docspace.portal.scenario, 89, 100)
    await first.ask('site-1')
    setRoom(docspace.portal.scenario, 95, 100)
    await first.ask('site-1')
    await receiver.until(1)
    setRoom(docspace.portal.scenario, 100, 100)
    await first.ask('site-1')
    await first.ask('site-1')
    await receiver.until(2)
    t.strictSame(typesOf(receiver), ['quota.near-limit', 'quota.reached'])
    t.match(receiver.told[1]?.data, {
      ...{ provider: 'sites', instanceId: 'site-1', feature: 'room', unit: 'count' },
      ...{ used: 100, limit: 100, percentage: 100, renewsAt: /^20/ }
    })
    await first.service.close()
    const second = await start(t, { receiver, store, sharing: docspace })
    await second.ask('site-1')
    await sleep(100)
    t.equal(receiver.told.length, 2)
    setRoom(docspace.portal.scenario, 201, 200)
    await second.ask('site-1')
    await receiver.until(3)
    t.match(receiver.told[2], { type: 'quota.reached', data: { limit: 200 } })
  })

  t.test(
    `${engine.name}: what could not be told is in the log and the audit, and no more once the site is removed`,
    async t => {
      const { connect, check, docspace, receiver, log, manage, storeUrl } = await start(t)
      await connect()
      receiver.status = 500
      docspace.fail('bad-key')
      await check()
      const audit = async () => JSON.parse(await (await manage('GET', 'v1/audit')).text()).entries
      const failures = () => linesOf(log, 'a webhook could not be told')
      await until(() => failures().length === 1)
      t.equal(receiver.tries.length, 3)
      t.equal(new Set(receiver.tries.map(({ headers }) => headers['webhook-id'])).size, 1, 'one id for all tries')
      t.match(failures()[0], {
        level: 'warn',
        webhook: /^127/,
        type: 'connection.failing',
        site: 'site-1',
        reason: 'HTTP 500'
      })
      while ((await audit())[0].action !== 'webhook.failed') await sleep(10)
      t.match((await audit())[0], { actor: 'service', provider: 'sites', instanceId: 'site-1' })
      // Redirects are not followed, and what is gone is not asked again.
      for (const [status, tries] of [
        [307, 3],
        [410, 1]
      ] as const) {
        docspace.fail(undefined)
        await check()
        await until(() => failures().length > 1)
        receiver.status = status
        receiver.tries.length = 0
        const before = failures().length
        docspace.fail('bad-key')
        await check()
        await until(() => failures().length > before)
        t.equal(receiver.tries.length, tries, String(status))
      }
      await manage('DELETE', 'v1/connections/sites/site-1')
      const database = openDatabase(storeUrl, error => t.fail(error.message))
      const left = await database.queries.selectFrom('notices').selectAll().execute()
      t.strictSame(left, [], 'nothing names the site any more')
      await database.close()
    }
  )

  t.test(`${engine.name}: what a stop left untold is told by the next service`, async t => {
    const receiver = await startReceiver(t)
    receiver.status = 503
    const store = { url: await engine.newUrl(t) }
    const patient = { retries: 5, firstAfterMs: 60_000, waitMsMax: 60_000 }
    const first = await start(t, { receiver, store, tries: patient })
    await first.connect()
    first.docspace.fail('bad-key')
    await first.check()
    await until(() => receiver.tries.length === 1)
    await first.service.close()
    t.match(linesOf(first.log, 'a webhook could not be told'), [{ reason: /stopped|aborted/i }])
    receiver.status = 200
    const second = await start(t, { receiver, store, sharing: first.docspace })
    await second.check()
    await receiver.until(1)
    t.strictSame(typesOf(receiver), ['connection.failing'])
  })

  // SQLite has one service.
  if (engine.name === 'SQLite') return
  t.test('of two replicas that see the same one tells it', async t => {
    const receiver = await startReceiver(t)
    const store = { url: await engine.newUrl(t) }
    const first = await start(t, { receiver, store })
    const second = await start(t, { receiver, store, sharing: first.docspace })
    await first.connect()
    first.docspace.fail('bad-key')
    await Promise.all([first.check(), second.check(), first.ask('site-1'), second.ask('site-1')])
    await receiver.until(1)
    first.docspace.fail(undefined)
    await Promise.all([first.check(), second.check()])
    await receiver.until(2)
    await sleep(200)
    t.strictSame(typesOf(receiver), ['connection.failing', 'connection.recovered'])
  })
})

t.test(
  'a connection in the configuration: refused by a call, and well again; a key that ends is told 30 and 3 days before',
  async t => {
    const receiver = await startReceiver(t)
    let now = TODAY.getTime()
    const bridge = await startBridge(t, {
      webhooks: [receiver.webhook],
      management: { token: 'a-token-for-tests' },
      now: () => now
    })
    const { docspace } = bridge
    const check = () =>
      bridge.get('management', 'v1/connections/docspace/shared/check', {
        method: 'POST',
        headers: { authorization: 'Bearer a-token-for-tests' }
      })
    docspace.portal.keysEndAt = '2027-01-10T00:00:00.0000000+00:00'
    await check()
    await sleep(50)
    t.equal(receiver.told.length, 0)
    now = new Date('2026-12-20T12:00:00Z').getTime()
    await check()
    await check()
    await receiver.until(1)
    now = new Date('2027-01-08T12:00:00Z').getTime()
    await check()
    await receiver.until(2)
    t.match(receiver.told, [
      { type: 'key.expiring', data: { provider: 'docspace', expiresAt: '2027-01-10T00:00:00.000Z', daysLeft: 20 } },
      { type: 'key.expiring', data: { daysLeft: 1 } }
    ])
    t.notOk('instanceId' in (receiver.told[0]?.data ?? {}))
    // Calls are signed on this day.
    now = TODAY.getTime()
    docspace.fail('bad-key')
    await bridge.call('create-room')
    await bridge.call('upload-file')
    await receiver.until(3)
    docspace.fail(undefined)
    await check()
    await receiver.until(4)
    t.strictSame(typesOf(receiver).slice(2), ['connection.failing', 'connection.recovered'])
  }
)

t.test('only what is asked for is told, also after a reload', async t => {
  const [some, none] = [await startReceiver(t, ['connection.recovered']), await startReceiver(t, ['quota.reached'])]
  const { manage, connect, docspace, rewrite, ask } = await startManagedBridge(t, {
    webhooks: [some.webhook, none.webhook]
  })
  await connect('site-1', { url: docspace.url, apiKey: docspace.portal.keys.owner })
  const check = () => manage('POST', 'v1/connections/sites/site-1/check')
  docspace.fail('bad-key')
  await check()
  docspace.fail(undefined)
  await check()
  await some.until(1)
  t.strictSame([typesOf(some), typesOf(none)], [['connection.recovered'], []])
  const added = await startReceiver(t, ['quota.near-limit'])
  rewrite({ webhooks: [added.webhook] })
  t.match(await (await manage('POST', 'v1/config/reload')).json(), { changed: ['webhooks'] })
  setRoom(docspace.portal.scenario, 95, 100)
  await ask('site-1')
  await added.until(2)
  const features = added.told.map(({ data }) => [data.feature, data.percentage])
  t.strictSame(
    features.sort(),
    [
      ['manager', 80],
      ['room', 95]
    ],
    'what the action shows, with what readers are warned of'
  )
})

t.test('an address that leads to a private network is not called, whatever its name', async t => {
  const receiver = await startReceiver(t)
  const url = receiver.url.replace('http://127.0.0.1', 'https://localhost')
  const { manage, connect, docspace, log } = await startManagedBridge(t, {
    webhooks: [{ ...receiver.webhook, url, allowPrivateHosts: false }],
    tries: FEW
  })
  await connect('site-1', { url: docspace.url, apiKey: docspace.portal.keys.owner })
  docspace.fail('bad-key')
  await manage('POST', 'v1/connections/sites/site-1/check')
  await until(() => linesOf(log, 'a webhook could not be told').length > 0)
  t.match(linesOf(log, 'a webhook could not be told'), [{ reason: 'HOST_NOT_ALLOWED' }])
  t.equal(receiver.tries.length, 0)
})
