// Connections that stand in the configuration are checked after the start, in the background, and told.
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'
import { type Bridge, type BridgeOptions, MANAGEMENT_TOKEN, startBridge, TODAY } from '../helpers/bridge.ts'

const MESSAGE = /^the connection in the configuration/

const told = ({ log }: Bridge) => log.map(line => JSON.parse(line)).filter(({ msg }) => MESSAGE.test(msg))

async function untilTold(bridge: Bridge, times = 1) {
  while (told(bridge).length < times) await sleep(5)
  return told(bridge)
}

const start = (t: Test, options: BridgeOptions = {}) =>
  startBridge(t, {
    management: { token: MANAGEMENT_TOKEN },
    ...options,
    docspace: { checkOnStart: true, ...options.docspace }
  })

async function readiness(bridge: Bridge) {
  const answer = await bridge.get('management', 'health/ready')
  return { status: answer.status, body: await answer.json() }
}

t.test('a connection that works is told by an info line, and by readiness', async t => {
  const bridge = await start(t)
  t.match(await untilTold(bridge), [
    { level: 'info', provider: 'docspace', health: 'ok', msg: 'the connection in the configuration works' }
  ])
  t.match(await readiness(bridge), {
    status: 200,
    body: {
      status: 'ready',
      checks: { connections: { docspace: { health: 'ok', checkedAt: '2026-11-22T12:00:00.000Z' } } }
    }
  })
  t.strictSame(
    bridge.docspace.calls.map(({ endpoint, refresh }) => `${endpoint} ${refresh}`),
    ['key false', 'quota false'],
    'nothing is asked past the caches'
  )
})

t.test('a connection that does not work is told loudly, with what to do, and does not end the readiness', async t => {
  const bridge = await start(t, { apiKey: () => 'sk-fake-unknown-key' })
  t.match(await untilTold(bridge), [
    {
      level: 'warn',
      provider: 'docspace',
      health: 'failing',
      finding: 'api-key-rejected',
      what: /^The API key is not accepted/,
      remedy: /^Make a new API key/,
      msg: 'the connection in the configuration does not work'
    }
  ])
  t.match(await readiness(bridge), {
    status: 200,
    body: {
      status: 'ready',
      checks: {
        connections: { docspace: { health: 'failing', finding: 'api-key-rejected', remedy: /^Make a new API key/ } }
      }
    }
  })
})

t.test('what a key does not see is told, with the actions that show nothing for it', async t => {
  const user = await start(t, { apiKey: ({ portal }) => portal.keys.user })
  const [limited] = await untilTold(user)
  t.match(limited, {
    level: 'warn',
    health: 'limited',
    finding: 'not-an-admin',
    remedy: /^Make the API key as an admin/,
    msg: 'the connection in the configuration works, but tells less than it should'
  })
  t.strictSame(limited?.hidden, ['room', 'manager', 'users', 'aiagent', 'free_backup'])
  t.strictSame(limited?.silentActions, ['create-room'])
  const roomAdmin = await start(t, {
    apiKey: ({ portal }) => portal.keys['room-admin'],
    actions: {
      backup: { provider: 'docspace', features: ['free_backup'] },
      free: { provider: 'docspace', features: ['free_backup'], enforced: false },
      all: { provider: 'docspace', features: ['free_backup', '*'] }
    }
  })
  const [less] = await untilTold(roomAdmin)
  t.match(less, { level: 'warn', finding: 'room-admin' })
  t.strictSame(less?.hidden, ['free_backup'])
  t.strictSame(less?.silentActions, ['backup'])
})

t.test('an action of which nothing is told says so at its call, once a minute', async t => {
  const bridge = await startBridge(t, { apiKey: ({ portal }) => portal.keys.user })
  for (let call = 0; call < 3; call++) t.equal((await bridge.call('create-room')).status, 200)
  t.equal((await bridge.call('upload-file')).status, 200)
  const lines = bridge.log.map(line => JSON.parse(line)).filter(({ msg }) => /^nothing is shown/.test(msg))
  t.match(lines, [
    {
      level: 'warn',
      provider: 'docspace',
      action: 'create-room',
      features: ['room', 'manager'],
      remedy: /Check the connection/,
      calls: 1
    }
  ])
  t.equal(lines.length, 1)
})

t.test('a stop does not wait for a check that is under way, and nothing is told of it', async t => {
  const docspace = await startFakeDocSpace('business', () => TODAY.getTime())
  t.teardown(() => docspace.close())
  docspace.fail('hang')
  const bridge = await start(t, { sharing: docspace })
  while (docspace.calls.length === 0) await sleep(5)
  const started = performance.now()
  await bridge.service.close()
  t.ok(performance.now() - started < 1000)
  await sleep(50)
  t.strictSame(told(bridge), [])
})

t.test('checkOnStart: false leaves the provider alone', async t => {
  const bridge = await start(t, { docspace: { checkOnStart: false } })
  await sleep(100)
  t.equal(bridge.docspace.calls.length, 0)
  t.match((await readiness(bridge)).body, { checks: { connections: { docspace: { health: 'unchecked' } } } })
})

t.test('what calls meet later is told by readiness too', async t => {
  const bridge = await start(t)
  await untilTold(bridge)
  bridge.docspace.fail('portal-removed')
  t.equal((await bridge.call('create-room')).status, 502)
  t.match((await readiness(bridge)).body, {
    checks: { connections: { docspace: { health: 'failing', finding: 'portal-not-found' } } }
  })
  bridge.docspace.fail(undefined)
})

t.test('a provider that needs no connection is not checked', async t => {
  const bridge = await start(t)
  await untilTold(bridge)
  const { checks } = Object(await (await bridge.get('management', 'health/ready')).json())
  t.strictSame(Object.keys(checks.connections), ['docspace'])
})
