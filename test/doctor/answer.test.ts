// What an owner reads, as the doctor tells it: the same that Wix is told, with its age, and nothing is kept of it.
import t, { type Test } from 'tap'
import { openStore, type Store } from '../../src/store/index.ts'
import { bodyOf, ENCRYPTION_KEY, startBridge } from '../helpers/bridge.ts'
import { examineIn, SOUND, startPortal } from '../helpers/examine.ts'

const actions = { room: { provider: 'portal', features: ['room', 'manager'] }, ...SOUND.actions }

async function open(t: Test, url: string): Promise<Store> {
  const encryptionKeys = [Buffer.from(ENCRYPTION_KEY, 'base64')]
  const store = await openStore({ url, encryptionKeys, onLost: () => {}, now: Date.now })
  t.teardown(() => store.close())
  return store
}

t.test('it is what the service answers, in the language of the owner', async t => {
  const now = () => Date.UTC(2026, 10, 22, 12)
  const bridge = await startBridge(t, { now })
  const { docspace } = bridge
  const { providers } = await startPortal(t)
  const { portal } = providers()
  const apiKey = docspace.portal.keys.owner
  const sections = {
    providers: { portal: { ...portal, connection: { url: docspace.url, apiKey } } },
    actions: { 'create-room': actions.room }
  }
  const examined = await examineIn(t.testdir(), {
    now,
    sections,
    asked: { action: 'create-room', languages: ['de-CH', 'en'] }
  })
  const { answer } = examined.result
  const served = await bridge.call('create-room', payload => ({
    ...payload,
    data: { request: { actionKey: 'create-room' }, metadata: { languages: ['de-CH', 'en'] } }
  }))
  t.strictSame(answer?.answer, await bodyOf(served))
  t.match(answer, { action: 'create-room', language: 'de', ageSeconds: 0 })
  t.match(examined.one('QB-ANSWER'), { status: 'ok', subject: 'create-room', found: 'in de, fetched now' })
})

t.test('what is stored is told with its age; nothing more is stored, and caches are not passed by', async t => {
  const { docspace, providers } = await startPortal(t, { freshFor: '1h', keepFor: '24h', patience: '0s' })
  const dir = t.testdir()
  const url = `file:${dir}/q.db`
  const publicUrl = 'https://quota.example.com'
  const sections = {
    server: { publicUrl },
    store: { url, encryptionKeys: [ENCRYPTION_KEY] },
    providers: providers(),
    actions
  }
  const began = Date.now()
  const bridge = await startBridge(t, {
    now: () => began,
    server: { publicUrl },
    store: { url },
    sharing: docspace,
    providers: providers(),
    actions
  })
  t.equal((await bridge.call('room')).status, 200)
  const calls = docspace.calls.length
  const look = (laterMs: number) =>
    examineIn(dir, {
      sections,
      now: () => began + laterMs,
      asked: { action: 'room', languages: ['en'] },
      skip: [
        'QB-WAY-IN',
        'QB-PROVIDER-ANSWERS',
        'QB-KEY-SEES',
        'QB-KEY-EXPIRES',
        'QB-FALSE-KEY',
        'QB-CLOCK',
        'QB-ACTION-FEATURES'
      ]
    })

  const minutes = await look(3 * 60_000)
  t.match(minutes.one('QB-ANSWER'), { status: 'ok', found: 'in en, 3 minutes old' })
  t.match(JSON.stringify(minutes.result.answer), /https:\/\/quota\.example\.com\/v1\/upgrade\/…/)
  t.match((await look(5000)).one('QB-ANSWER'), { found: 'in en, 5 seconds old' })
  t.equal(docspace.calls.length, calls, 'the portal was not asked')

  docspace.fail('status-503')
  const stale = await look(2 * 3_600_000)
  t.match(stale.one('QB-ANSWER'), {
    status: 'warning',
    found: /^in en, 2 hours old, since the provider (cannot be reached|does not answer in time)$/
  })
  t.match(stale.result.answer, { ageSeconds: 7200 })
  docspace.fail(undefined)

  const store = await open(t, url)
  const key = { provider: 'portal', instanceId: '' }
  const mark = { until: began + 2_000_000, signature: '', refreshedAt: 0 }
  await store.knowledge.addMark(key, mark, began, { fetchedAt: began * 2, markUntil: began * 2 })
  const before = await store.knowledge.get(key)
  t.match((await look(20_000)).one('QB-ANSWER'), { status: /ok|warning/ })
  t.ok(docspace.calls.length > calls, 'a purchase under way lets the portal be asked')
  t.notOk(
    docspace.calls.some(({ refresh }) => refresh),
    'but not past its caches'
  )
  t.strictSame(await store.knowledge.get(key), before, 'and nothing of it is kept')
})

t.test('what Wix is told when nothing may be shown, and when nothing is there', async t => {
  const { docspace, providers } = await startPortal(t)
  const dir = t.testdir()
  const look = async (action: string, sections: object = {}) =>
    (
      await examineIn(dir, {
        sections: {
          providers: { ...SOUND.providers, ...providers() },
          actions: { ...actions, off: { provider: 'newsletter', enforced: false } },
          ...sections
        },
        asked: { action, languages: ['en'] }
      })
    ).one('QB-ANSWER')
  t.match(await look('off'), { status: 'warning', found: 'nothing is shown' })
  t.match(await look('rom'), {
    status: 'failed',
    found: 'the configuration has no such action',
    remedy: 'did you mean room?'
  })
  docspace.fail('bad-key')
  t.match(await look('room'), {
    status: 'failed',
    found: /^Wix gets 502 PROVIDER_REJECTED: The API key is not accepted.*\(api-key-rejected, HTTP 401\)$/,
    remedy: /Make a new API key/
  })
  t.match(await look('room', { providers: { ...SOUND.providers, ...providers('${NO}') } }), {
    status: 'skipped',
    found: /what providers\.portal names is not there/
  })
  t.match((await examineIn(dir)).one('QB-ANSWER'), { status: 'skipped', found: /no --action is named/ })
})

t.test('of one site with a connection of its own, and of one without', async t => {
  const { docspace, providers } = await startPortal(t, { connectUrl: 'https://app.example.com/connect' })
  const dir = t.testdir()
  const url = `file:${dir}/q.db`
  const { connection, ...portal } = providers().portal
  const sections = {
    store: { url, encryptionKeys: [ENCRYPTION_KEY] },
    providers: { portal: { ...portal, connection: 'per-site' } },
    actions: { room: actions.room }
  }
  const look = (site: string | undefined) =>
    examineIn(dir, { sections, asked: { action: 'room', languages: ['en'] }, ...(site && { site }) })
  t.match((await look('a')).one('QB-ANSWER'), { status: 'skipped', found: /there is no store yet/ })
  const store = await open(t, url)
  const health = { health: 'ok', finding: '', checkedAt: 0 } as const
  const site = '8D3F0B52-6A70-4C7B-9D0A-3F1F1C0E7A11'
  await store.connections.put({ provider: 'portal', instanceId: site.toLowerCase() }, connection, health, 'ops')
  const connected = await look(site)
  t.match(connected.one('QB-ANSWER'), { status: 'ok', found: 'in en, fetched now' })
  t.match(connected.result.answer, { site, action: 'room' })
  t.ok(docspace.calls.length > 0)
  t.match((await look('nobody')).one('QB-ANSWER'), { status: 'ok', found: 'in en: the way to connect' })
  t.match((await look(undefined)).one('QB-ANSWER'), { status: 'warning', found: 'nothing is shown' })
})
