// One fetch of a report: which calls are made, in whose name, and what comes of them when one fails.
import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { startFakeDocSpace } from '../../../src/devkit/fake-docspace.ts'
import { docspace as adapter } from '../../../src/providers/docspace/index.ts'
import { Value } from '../../../src/schema.ts'
import { TODAY } from '../../helpers/bridge.ts'

const settings = { allowedHosts: ['127.0.0.1'], allowPrivateHosts: true, upgradePath: '/pay' }

/** An adapter at work, and what it puts into the log. */
function start(t: Test) {
  const warnings: Record<string, string>[] = []
  const log = { warn: (details: Record<string, string>) => void warnings.push(details) }
  const provider = adapter.create(settings, { name: 'docspace', now: () => TODAY.getTime(), log })
  t.teardown(() => provider.close())
  const ask = (url: string, apiKey: string, planMayHaveChanged = false) =>
    provider.fetchReport(
      { url, apiKey },
      // Without room for a second try.
      { signal: AbortSignal.timeout(3000), planMayHaveChanged, deadlineAt: performance.now() }
    )
  return { provider, warnings, ask }
}

async function startFake(t: Test) {
  const fake = await startFakeDocSpace('business', () => TODAY.getTime())
  t.teardown(() => fake.close())
  return fake
}

t.test('without the tariff a report is half of one', async t => {
  const fake = await startFake(t)
  const { ask, warnings } = start(t)
  const whole = await ask(fake.url, fake.portal.keys.owner)
  t.notOk('partial' in whole)
  t.match(whole, { state: 'active', groups: [{ upgradeUrl: `${fake.url}/pay` }] })
  fake.fail('status-500', 'tariff')
  t.match(await ask(fake.url, fake.portal.keys.owner), { partial: true, state: undefined })
  t.strictSame(warnings, [{ finding: 'upstream-error', reason: 'HTTP 500', remedy: 'Try again later.' }])
})

t.test('when somebody may have bought, both calls pass by the caches', async t => {
  const fake = await startFake(t)
  const { ask } = start(t)
  await ask(fake.url, fake.portal.keys.owner)
  await ask(fake.url, fake.portal.keys.owner, true)
  t.strictSame(
    fake.calls.map(({ refresh }) => refresh),
    [false, false, true, true]
  )
})

t.test('when the quota is refused the tariff is not waited for, and its call ends', async t => {
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const { promise: waiting, resolve: isWaiting } = Promise.withResolvers<void>()
  const server = createServer(async ({ url }, response: ServerResponse) => {
    if (url?.includes('tariff')) {
      response.on('close', resolve)
      isWaiting()
      return
    }
    await waiting
    response.writeHead(401).end()
  }).listen(0, '127.0.0.1')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise(listening => server.once('listening', listening))
  const address = server.address()
  const { ask, warnings } = start(t)
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  await t.rejects(ask(url, 'sk-wrong'), { code: 'PROVIDER_REJECTED', finding: 'api-key-rejected' })
  const after = await Promise.race([ended.then(() => 'ended'), sleep(1000, 'goes on')])
  t.equal(after, 'ended')
  t.strictSame(warnings, [], 'and that is no failure of the tariff')
})

t.test("an account that is broken on the portal's side is held against its own key alone", async t => {
  const fake = await startFake(t)
  const { ask } = start(t)
  const { owner, admin } = fake.portal.keys
  fake.fail('status-500')
  for (let call = 0; call < 5; call++)
    await t.rejects(ask(fake.url, owner), { code: 'QUOTA_UNAVAILABLE', finding: 'upstream-error' })
  fake.fail(undefined)
  await t.rejects(ask(fake.url, owner), { code: 'QUOTA_UNAVAILABLE', reason: 'known to be down' })
  t.match(await ask(fake.url, admin), { state: 'active' })
})

t.test('a key is looked at and kept without the blanks around it', async t => {
  const connection = (apiKey: string) => ({ url: 'http://127.0.0.1', apiKey })
  for (const apiKey of ['sk-key', ' sk-key\n']) {
    t.strictSame(adapter.connectionMistakes?.(connection(apiKey), settings), [])
    t.strictSame(adapter.tidyConnection?.(connection(apiKey)), connection('sk-key'))
  }
  for (const apiKey of ['', ' ', 'sk key', 'sk-ключ', 'x'.repeat(1025)])
    t.match(adapter.connectionMistakes?.(connection(apiKey), settings), [{ path: ['apiKey'] }], apiKey)
})

t.test('the upgrade button leads to the portal, whatever path is configured', async t => {
  const mayBe = (upgradePath: string) => Value.Check(adapter.settingsSchema, { ...settings, upgradePath })
  for (const path of ['/', '/pay', '/billing/tariff-plan?from=wix#plans']) t.ok(mayBe(path), path)
  for (const path of ['', 'pay', '//evil.example', '/\\evil.example', '/a\\b', '/a b']) t.notOk(mayBe(path), path)
})
