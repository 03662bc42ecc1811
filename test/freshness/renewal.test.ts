// What ends a snapshot: its renewal dates, other settings, a clock that jumps. Each concerns only what it must.
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { SHARED } from '../../src/store/connection-key.ts'
import { createKeyring } from '../../src/store/encryption.ts'
import { sealReport } from '../../src/store/sealed.ts'
import { type Bridge, bodyOf, ENCRYPTION_KEY, errorOf, startBridge } from '../helpers/bridge.ts'
import { movableClock } from '../helpers/clock.ts'
import { startManagedBridge } from '../helpers/manage.ts'

const KEPT = { freshFor: '60s', patience: '200ms', keepFor: '30d', deadline: '800ms' }
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

async function askRooms({ call }: Pick<Bridge, 'call'>, nowMs: number, action = 'create-room') {
  const iat = Math.floor(nowMs / 1000)
  const answer = await call(action, payload => ({ ...payload, iat, exp: iat + 3600 }))
  if (answer.status !== 200) return { status: answer.status }
  const [group] = (await bodyOf(answer)).actionQuotaInfo.quotaInfo
  return {
    status: 200,
    features: group?.quotas.map(({ featureName }) => featureName),
    used: group?.quotas[0]?.currentUsage,
    button: group?.upgradeCta?.url,
    age: answer.headers.get('age')
  }
}

t.test('a quota that an action does not show ends nothing for it, and asks for no new plan', async t => {
  const clock = movableClock()
  const bridge = await startBridge(t, {
    scenario: 'business',
    now: clock.now,
    docspace: KEPT,
    actions: { backups: { provider: 'docspace', features: ['free_backup'] } }
  })
  const { docspace } = bridge
  t.match(await askRooms(bridge, clock.now()), { used: '47' })
  // Backups renew on the first of December, all else on the fifth.
  clock.move(9 * DAY)
  docspace.calls.length = 0
  docspace.fail('status-500')
  t.match(await askRooms(bridge, clock.now()), { status: 200, used: '47', age: String((9 * DAY) / 1000) })
  t.notOk(docspace.calls.some(({ refresh }) => refresh))
  t.equal((await askRooms(bridge, clock.now(), 'backups')).status, 503, 'those of last month say nothing')
  docspace.fail(undefined)
  t.equal((await askRooms(bridge, clock.now(), 'backups')).status, 200)
})

t.test('of several quotas only the renewed one is left out while nobody can be asked', async t => {
  const clock = movableClock()
  const bridge = await startBridge(t, {
    scenario: 'business',
    now: clock.now,
    docspace: KEPT,
    actions: { both: { provider: 'docspace', features: ['free_backup', 'room'] } }
  })
  t.match(await askRooms(bridge, clock.now(), 'both'), { features: ['Free backups this month', 'Rooms'] })
  clock.move(9 * DAY)
  bridge.docspace.fail('status-500')
  t.match(await askRooms(bridge, clock.now(), 'both'), { features: ['Rooms'] })
})

t.test('other settings are another source: what was kept before is not shown', async t => {
  const store = { url: `file:${t.testdir()}/q.db` }
  const emails = (used: number) => ({
    newsletter: {
      type: 'static',
      groups: [
        { plans: [{ id: 'free', name: 'Free' }], quotas: [{ feature: 'emails', name: 'Emails', used, limit: 500 }] }
      ]
    }
  })
  const first = await startManagedBridge(t, { store, docspace: KEPT, providers: emails(346) })
  const now = Date.UTC(2026, 10, 22, 12)
  t.match(await askRooms(first, now, 'send-email'), { used: '346' })
  t.match(await askRooms(first, now), { button: /\/portal-settings\/payments\/portal-payments$/ })
  await first.service.close()
  const second = await startManagedBridge(t, {
    store,
    docspace: { ...KEPT, upgradePath: '/billing/tariff-plan' },
    providers: emails(400),
    sharing: first.docspace
  })
  t.match(await askRooms(second, now, 'send-email'), { used: '400' })
  t.match(await askRooms(second, now), { button: /\/billing\/tariff-plan$/ })
})

t.test('a report from a clock that ran ahead is replaced at once', async t => {
  const clock = movableClock()
  const store = { url: `file:${t.testdir()}/q.db` }
  const first = await startManagedBridge(t, { store, docspace: KEPT, now: clock.now })
  const { docspace } = first
  clock.move(60 * MINUTE)
  t.match(await askRooms(first, clock.now()), { status: 200 })
  clock.move(-60 * MINUTE)
  const room = docspace.portal.scenario.quota.response.features?.find(({ id }) => id === 'room')
  Object.assign(room ?? {}, { used: { value: 5 } })
  t.match(await askRooms(first, clock.now()), { used: '5' })
  await first.service.close()
  docspace.fail('status-500')
  const second = await startManagedBridge(t, { store, docspace: KEPT, now: clock.now, sharing: docspace })
  clock.move(2 * MINUTE)
  t.match(await askRooms(second, clock.now()), { used: '5', age: '120' })
})

t.test('a stored row that cannot be used is as good as none, and is told once', async t => {
  const clock = movableClock()
  const keyring = createKeyring([Buffer.from(ENCRYPTION_KEY, 'base64')])
  const report = (text: string) => {
    const { key_id, sealed } = sealReport(keyring, { provider: 'docspace', instanceId: SHARED }, text)
    return `key_id = '${key_id}', sealed = '${sealed}'`
  }
  const damages = {
    'of an earlier version': report('{"vocabulary":"docspace","account":"x","groups":[]}'),
    'of a later version': report('{"version":3,"report":{"vocabulary":"docspace","account":"x","groups":[]}}'),
    'with a report that fits no schema': report('{"version":2,"report":{"groups":7}}'),
    'with a time in the future': `fetched_at = ${clock.now() + DAY}`,
    'with half a text': report('{half'),
    'that was changed': "sealed = 'AAAA'"
  }
  for (const [name, change] of Object.entries(damages)) {
    const store = { url: `file:${t.testdir({ [name.replaceAll(' ', '-')]: {} })}/q.db` }
    const first = await startManagedBridge(t, { store, docspace: KEPT, now: clock.now })
    t.match(await askRooms(first, clock.now()), { status: 200 })
    await first.service.close()
    const database = new DatabaseSync(store.url.slice('file:'.length))
    database.exec(`update snapshots set ${change}`)
    database.close()
    first.docspace.fail('status-503')
    const second = await startManagedBridge(t, { store, docspace: KEPT, now: clock.now, sharing: first.docspace })
    for (let calls = 0; calls < 2; calls++)
      t.match(await errorOf(await second.call('create-room')), { status: 503 }, name)
    t.equal(second.log.filter(line => line.includes('stored report')).length, 1, `${name}: told once`)
    first.docspace.fail(undefined)
    t.match(await askRooms(second, clock.now()), { status: 200 }, `${name}: and replaced`)
    await second.service.close()
  }
})
