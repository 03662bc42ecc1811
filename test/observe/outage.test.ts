// An outage behind older numbers is seen: told at once, counted, and told again when it is over.
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type BridgeOptions, errorOf, startBridge } from '../helpers/bridge.ts'
import { movableClock } from '../helpers/clock.ts'
import { startManagedBridge } from '../helpers/manage.ts'
import { startPostgres } from '../helpers/postgres.ts'

const KEPT = { freshFor: '60s', patience: '300ms', keepFor: '24h', deadline: '1s' }
const MINUTE = 60_000
const SITE = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'

interface Line {
  level: string
  msg: string
  [field: string]: unknown
}

const linesOf = (log: readonly string[]): Line[] => log.map(line => JSON.parse(line))
const failures = (log: readonly string[]) =>
  linesOf(log).filter(({ level, msg }) => level === 'warn' && msg === 'the provider could not tell')
const recoveries = (log: readonly string[]) =>
  linesOf(log).filter(({ level, msg }) => level === 'info' && msg === 'the provider tells again')

async function start(t: Test, options: BridgeOptions = {}) {
  const clock = movableClock()
  const bridge = await startBridge(t, { now: clock.now, docspace: KEPT, ...options })
  let calls = 0
  const ask = (action = 'create-room') =>
    bridge.call(action, payload => {
      const iat = Math.floor(clock.now() / 1000)
      const metadata = { instanceId: SITE, requestId: `1670756264.${++calls}` }
      return { ...payload, data: { request: { actionKey: action }, metadata }, iat, exp: iat + 3600 }
    })
  return { ...bridge, clock, ask }
}

t.test('a key that is revoked is told at once, though older numbers are shown', async t => {
  const { ask, clock, docspace, log } = await start(t)
  t.equal((await ask()).status, 200)
  clock.move(2 * MINUTE)
  docspace.fail('bad-key')
  t.match((await ask()).headers.get('cache-status'), /detail=refused/)
  t.match(failures(log), [
    {
      level: 'warn',
      code: 'PROVIDER_REJECTED',
      finding: 'api-key-rejected',
      what: 'The API key is not accepted: it is wrong, expired, or its user is disabled.',
      remedy: /^Make a new API key/,
      reason: 'HTTP 401',
      provider: 'docspace',
      site: SITE,
      action: 'create-room',
      wixRequest: '1670756264.2',
      fetches: 1,
      failingForMs: 0
    }
  ])
  t.equal(failures(log).length, 1)
})

t.test('repeated failures are counted, and told once a minute for each connection', async t => {
  const { ask, clock, docspace, log } = await start(t)
  await ask()
  clock.move(2 * MINUTE)
  docspace.fail('status-500')
  for (let call = 0; call < 5; call++) {
    await ask()
    clock.move(1000)
  }
  t.match(failures(log), [{ fetches: 1, failingForMs: 0 }])
  clock.move(55_000)
  await ask('upload-file')
  t.match(failures(log), [
    { fetches: 1, failingForMs: 0 },
    { fetches: 5, failingForMs: MINUTE, action: 'upload-file', wixRequest: '1670756264.7' }
  ])
  t.equal(failures(log).length, 2)
})

t.test('the recovery is told, with how long it took', async t => {
  const { ask, clock, docspace, log } = await start(t)
  await ask()
  clock.move(2 * MINUTE)
  docspace.fail('status-500')
  await ask()
  clock.move(3000)
  await ask()
  docspace.fail(undefined)
  clock.move(4000)
  await ask()
  await ask()
  t.match(recoveries(log), [{ provider: 'docspace', site: SITE, fetches: 2, failedForMs: 7000 }])
  t.equal(recoveries(log).length, 1)
})

t.test('a fetch that goes on in the background and fails is told as well', async t => {
  const { ask, clock, docspace, log } = await start(t)
  await ask()
  clock.move(2 * MINUTE)
  docspace.fail('hang')
  t.match((await ask()).headers.get('cache-status'), /detail=late/)
  t.equal(failures(log).length, 0, 'it is still being asked')
  await sleep(900)
  t.match(failures(log), [
    { finding: 'timeout', remedy: /\S/, provider: 'docspace', site: SITE, action: 'create-room', fetches: 1 }
  ])
})

t.test('a failed fetch for what has renewed is told', async t => {
  const { ask, clock, docspace, log } = await start(t, { scenario: 'business' })
  await ask()
  clock.move(20 * 24 * 60 * MINUTE)
  docspace.fail('status-503')
  t.match(await errorOf(await ask()), { status: 503, data: { finding: 'upstream-error' } })
  t.match(failures(log), [{ finding: 'upstream-error', reason: 'HTTP 503', fetches: 1 }])
})

t.test('with nothing to show, each call leaves its own line, and the failure one warning', async t => {
  const { ask, docspace, log } = await start(t)
  docspace.fail('status-500')
  for (let call = 0; call < 3; call++) t.equal((await ask()).status, 503)
  t.match(
    linesOf(log).filter(({ msg }) => msg === 'quota not told'),
    Array.from({ length: 3 }, (_, call) => ({
      level: 'info',
      code: 'QUOTA_UNAVAILABLE',
      finding: 'upstream-error',
      action: 'create-room',
      site: SITE,
      wixRequest: `1670756264.${call + 1}`,
      remedy: 'Try again later.',
      ms: Number
    }))
  )
  t.equal(failures(log).length, 1)
})

t.test('what fails before anything is fetched is told as well', async t => {
  const { ask, connect, storeUrl, log, docspace } = await startManagedBridge(t)
  await connect(SITE, { url: docspace.url, apiKey: docspace.portal.keys.owner })
  const { rmSync } = await import('node:fs')
  rmSync(storeUrl.slice('file:'.length))
  for (let call = 0; call < 3; call++) t.match(await errorOf(await ask('another')), { status: 503 })
  t.match(failures(log), [
    {
      finding: 'store-unavailable',
      provider: 'sites',
      site: 'another',
      action: 'site-room',
      remedy: /^Look in the log/
    }
  ])
  t.equal(failures(log).length, 1)
})

t.test('what another replica has fetched ends an outage here too', async t => {
  const postgres = await startPostgres(t)
  const store = { url: await postgres.newDatabase() }
  const clock = movableClock()
  const sites = { ...KEPT, patience: '1s', deadline: '3s' }
  const here = await startManagedBridge(t, { store, sites, now: clock.now })
  const there = await startManagedBridge(t, { store, sites, now: clock.now, sharing: here.docspace })
  const { docspace } = here
  await here.connect(SITE, { url: docspace.url, apiKey: docspace.portal.keys.owner })
  await sleep(300)
  docspace.fail('status-500')
  t.equal((await there.ask(SITE)).status, 503)
  t.match(failures(there.log), [{ finding: 'upstream-error', site: SITE }])
  docspace.fail(undefined)
  docspace.delayMs = 400
  docspace.calls.length = 0
  const first = here.ask(SITE)
  while (docspace.calls.length === 0) await sleep(5)
  t.equal((await there.ask(SITE)).status, 200)
  await first
  t.equal(docspace.calls.length, 2, 'the other one was waited for')
  t.match(recoveries(there.log), [{ provider: 'sites', site: SITE, fetches: 1 }])
  t.equal(recoveries(here.log).length, 0)
})
