// npm run bench:store: what 100,000 connections cost compared with 1,000, on either engine.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { docspace } from '../src/providers/docspace/index.ts'
import { gently } from '../src/providers/gentleness.ts'
import { createSource } from '../src/quota/source.ts'
import { openStore, type Store } from '../src/store/index.ts'
import { startPostgres } from '../test/helpers/postgres.ts'
import { fill } from './fill.ts'

const SIZES = [1000, 100_000]
const LOOKUPS = 3000
const PAGE = 50
const PROVIDER = 'sites'
const KEY = Buffer.from('a key for tests, of 32 bytes ...')

const siteOf = (number: number) => `site-${String(number).padStart(8, '0')}`

/** Microseconds: the median of many. */
async function median(times: number, work: (index: number) => Promise<unknown>): Promise<number> {
  const taken: number[] = []
  for (let index = 0; index < times; index++) {
    const started = performance.now()
    await work(index)
    taken.push((performance.now() - started) * 1000)
  }
  return taken.sort((a, b) => a - b)[Math.floor(times / 2)] ?? 0
}

async function measure(store: Store, size: number) {
  const random = () => siteOf(Math.floor(Math.random() * size))
  const get = () => store.connections.get({ provider: PROVIDER, instanceId: random() })
  await median(LOOKUPS, get)
  const lookup = await median(LOOKUPS, get)
  const page = (number: number) =>
    store.connections.list({ limit: PAGE, after: { provider: PROVIDER, instanceId: siteOf(number) } })
  const first = await median(200, () => page(0))
  const last = await median(200, () => page(size - PAGE - 1))
  return { lookup, first, last }
}

/** The heap in MB after every site's connection was looked up as a quota call does: what is kept in memory is bounded. */
async function askForAll(store: Store, sites: number): Promise<number> {
  const settings = { allowedHosts: ['*.onlyoffice.com'], allowPrivateHosts: false, upgradePath: '/' }
  const freshness = { deadlineMs: 2500, patienceMs: 1500, freshForMs: 60_000, keepForMs: 86_400_000 }
  const provider = gently(
    docspace.create(settings, { name: PROVIDER, now: Date.now, log: { warn: () => {} } }),
    freshness.deadlineMs
  )
  const source = createSource({ name: PROVIDER, adapter: docspace, settings, freshness }, provider, store)
  for (let site = 0; site < sites; site++) await source.connectionOf(siteOf(site))
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1e6
}

const folder = mkdtempSync(join(tmpdir(), 'quota-bridge-bench-'))
const teardowns: (() => unknown)[] = []
const postgres = await startPostgres({ teardown: work => void teardowns.push(work) })
const engines = { SQLite: `file:${join(folder, 'bench.db')}`, PostgreSQL: await postgres.newDatabase() }

process.stdout.write('engine      connections  cold lookup µs  first page µs  last page µs  heap MB\n')
for (const [engine, url] of Object.entries(engines)) {
  const store = await openStore({ url, encryptionKeys: [KEY], onLost: () => {}, now: Date.now })
  const lookups: number[] = []
  let filled = 0
  for (const size of SIZES) {
    await fill({
      url,
      key: KEY,
      provider: PROVIDER,
      sites: Array.from({ length: size - filled }, (_, index) => siteOf(filled + index)),
      connectionOf: site => ({ url: 'https://acme.onlyoffice.com', apiKey: `sk-fake-${site}` })
    })
    filled = size
    const { lookup, first, last } = await measure(store, size)
    lookups.push(lookup)
    globalThis.gc?.()
    const cells = [
      engine.padEnd(10),
      String(size).padStart(11),
      lookup.toFixed(0).padStart(14),
      first.toFixed(0).padStart(13),
      last.toFixed(0).padStart(12),
      (process.memoryUsage().heapUsed / 1e6).toFixed(1).padStart(7)
    ]
    process.stdout.write(`${cells.join('  ')}\n`)
  }
  const asked = await askForAll(store, filled)
  process.stdout.write(
    `${engine.padEnd(10)}  after quota calls for all ${filled} sites the heap is ${asked.toFixed(1)} MB\n`
  )
  const [small = 1, large = 0] = lookups
  const ratio = large / small
  process.stdout.write(
    `${engine.padEnd(10)}  a cold lookup among ${SIZES[1]} takes ${ratio.toFixed(2)} times that among ${SIZES[0]} (at most 1.3 wanted)\n`
  )
  if (ratio > 1.3) process.exitCode = 1
  await store.close()
}
for (const work of teardowns) await work()
rmSync(folder, { recursive: true, force: true })
