// One question at a time, in one process and across replicas.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { bodyOf, startBridge } from '../helpers/bridge.ts'
import { startManagedBridge } from '../helpers/manage.ts'
import { startPostgres } from '../helpers/postgres.ts'

const KEPT = { freshFor: '60s', patience: '1500ms', keepFor: '24h' }
const MANY = 1000
/** How soon so many are answered on a busy machine is not what these tests are about. */
const PATIENT = { deadline: '5s' }

t.test('1,000 simultaneous cold calls for one site make exactly one pair of upstream calls', async t => {
  const { wix, post, docspace } = await startBridge(t, { docspace: { ...KEPT, ...PATIENT }, logLevel: 'warn' })
  docspace.delayMs = 300
  // Signed before: this process is Wix too.
  const bodies = await Promise.all(
    Array.from({ length: MANY }, () => wix.sign(wix.payload({ actionKey: 'create-room' })))
  )
  const answers = await Promise.all(bodies.map(body => post(body)))
  t.equal(answers.filter(({ status }) => status === 200).length, MANY)
  t.strictSame(docspace.calls.map(({ endpoint }) => endpoint).sort(), ['quota', 'tariff'])
})

t.test('two replicas on one PostgreSQL: still one pair', async t => {
  const postgres = await startPostgres(t)
  const store = { url: await postgres.newDatabase() }
  const sites = { ...KEPT, ...PATIENT }
  const here = await startManagedBridge(t, { store, sites, logLevel: 'warn' })
  const there = await startManagedBridge(t, { store, sites, sharing: here.docspace, logLevel: 'warn' })
  const { docspace } = here
  await here.connect('site', { url: docspace.url, apiKey: docspace.portal.keys.owner })
  await sleep(300)
  docspace.delayMs = 300
  const answers = await Promise.all(Array.from({ length: MANY }, (_, call) => (call % 2 ? here : there).ask('site')))
  t.equal(answers.filter(({ status }) => status === 200).length, MANY)
  t.strictSame(docspace.calls.map(({ endpoint }) => endpoint).sort(), ['quota', 'tariff'])
})

t.test('a result that was overtaken by an invalidation is not kept', async t => {
  const bridge = await startManagedBridge(t, { sites: KEPT })
  const { docspace, connect, ask, manage } = bridge
  const [old, young] = [docspace.addPortal('startup'), docspace.addPortal('business-with-storage')]
  await connect('site', { url: docspace.url, apiKey: old.keys.owner })
  docspace.delayMs = 300
  const slow = ask('site')
  while (docspace.calls.length === 0) await sleep(5)
  await connect('site', { url: docspace.url, apiKey: young.keys.owner })
  await slow
  docspace.delayMs = 0
  const { actionQuotaInfo } = await bodyOf(await ask('site'))
  t.equal(actionQuotaInfo.quotaInfo[0]?.quotas[0]?.currentUsage, '212')
  docspace.delayMs = 300
  const slower = ask('other')
  await manage('DELETE', 'v1/connections/sites/site')
  await slower
  t.equal((await bodyOf(await ask('site'))).actionQuotaInfo.enforced, false)
})

t.test('at freshFor expiry under steady load no call waits longer than patience', async t => {
  const { call, docspace } = await startBridge(t, {
    docspace: { freshFor: '300ms', patience: '200ms', keepFor: '1h' },
    now: Date.now,
    logLevel: 'warn'
  })
  const real = (payload: Record<string, unknown>) => ({
    ...payload,
    iat: Math.floor(Date.now() / 1000),
    exp: Math.floor(Date.now() / 1000) + 3600
  })
  t.equal((await call('create-room', real)).status, 200)
  docspace.delayMs = 600
  let slowest = 0
  const until = performance.now() + 2500
  while (performance.now() < until) {
    const started = performance.now()
    t.equal((await call('create-room', real)).status, 200)
    slowest = Math.max(slowest, performance.now() - started)
    await sleep(20)
  }
  t.ok(slowest < 450, `the slowest took ${Math.round(slowest)} ms`)
})
