// A database that stalls in the middle of everything: no lock stays behind, no session hangs, and calls go on.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { type ManagedBridge, startManagedBridge } from '../helpers/manage.ts'
import { type RunningPostgres, startPostgres } from '../helpers/postgres.ts'

const STALL_MS = 3000
const SITE = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
// Nothing is kept in memory: each call is about what the store and DocSpace say.
const ASKED = { freshFor: '0s', patience: '1s', keepFor: '24h', deadline: '2500ms' }

let postgres: RunningPostgres
t.before(async () => {
  postgres = await startPostgres(t)
})

async function startReplicas(t: Test) {
  const store = { url: await postgres.newDatabase() }
  const here = await startManagedBridge(t, { store, sites: ASKED, logLevel: 'warn' })
  const there = await startManagedBridge(t, { store, sites: ASKED, sharing: here.docspace, logLevel: 'warn' })
  await here.connect(SITE, { url: here.docspace.url, apiKey: here.docspace.portal.keys.owner })
  await sleep(300)
  return { here, there, docspace: here.docspace, url: store.url }
}

async function timed({ ask }: ManagedBridge) {
  const started = performance.now()
  const { status, headers } = await ask(SITE)
  return { status, cache: headers.get('cache-status') ?? '', ms: performance.now() - started }
}

t.test('after a stall in the middle of a fetch every replica asks again, and is answered anew', async t => {
  const { here, there, docspace } = await startReplicas(t)
  for (const bridge of [here, there]) t.equal((await timed(bridge)).status, 200)
  // The first question meets a database that stalls; what it was asked it will do when it goes on.
  const goOn = postgres.stall()
  t.equal((await timed(here)).status, 200)
  docspace.delayMs = 400
  await timed(here)
  await sleep(STALL_MS)
  goOn()
  docspace.delayMs = 0
  // The replicas keep away from a database that stalled for some seconds.
  const until = performance.now() + 12_000
  let fresh = 0
  while (performance.now() < until && fresh < 6) {
    await sleep(200)
    const answers = [await timed(there), await timed(here)]
    fresh = answers.every(({ status, cache }) => status === 200 && /fwd=stale/.test(cache)) ? fresh + 1 : 0
  }
  t.equal(fresh, 6, 'both answer fresh numbers again, call after call')
})

t.test('while the database stalls, calls for connections in memory are answered, and wait for it once', async t => {
  const { here, docspace } = await startReplicas(t)
  t.equal((await timed(here)).status, 200)
  const goOn = postgres.stall()
  const asked = docspace.calls.length
  const waits: number[] = []
  for (let call = 0; call < 6; call++) {
    const { status, cache, ms } = await timed(here)
    t.equal(status, 200)
    t.match(cache, /fwd=/, 'asked by itself')
    waits.push(ms)
  }
  goOn()
  t.equal(docspace.calls.length - asked, 12)
  t.ok(waits.filter(ms => ms > 240).length <= 1, `waited ${waits.map(Math.round).join(', ')} ms`)
})

t.test('no session is left in the middle of a transaction', async t => {
  const { here, docspace, url } = await startReplicas(t)
  docspace.delayMs = 0
  const changes = Array.from({ length: 8 }, (_, number) =>
    here.connect(`${SITE.slice(0, -1)}${number}`, { url: docspace.url, apiKey: docspace.portal.keys.owner })
  )
  const goOn = postgres.stall()
  await Promise.all(changes)
  await sleep(STALL_MS)
  goOn()
  await sleep(500)
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(
    "select state, query from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'"
  )
  await client.end()
  t.strictSame(rows, [])
})
