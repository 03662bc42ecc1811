// npm run chaos: five minutes of load while DocSpace fails at random; every number that was told is compared with what the portals truly held.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { faultNames } from '../../src/devkit/docspace-faults.ts'
import type { FakePortal } from '../../src/devkit/fake-docspace.ts'
import { createFakeWix } from '../../src/devkit/fake-wix.ts'
import { sharedWix } from '../helpers/bridge.ts'
import { startManagedBridge } from '../helpers/manage.ts'

const SECONDS = Number(process.env.CHAOS_SECONDS ?? 300)
const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31))
const SITES = 25
const CALLS_AT_ONCE = 20
/** The promise, and what a busy machine may add. */
const SLOWEST_MS_MAX = 2600
/** `Age` is in whole seconds, and a fetch takes up to the deadline. */
const AGE_SLACK_MS = 4000

interface Site {
  id: string
  /** What the portal held, and from when on. */
  history: { rooms: number; since: number }[]
  hold(rooms: number): void
}

const chance = createChance(SEED)
process.stdout.write(`seed ${SEED}, ${SECONDS} s; CHAOS_SEED=${SEED} repeats the same faults\n`)

const folder = mkdtempSync(join(tmpdir(), 'quota-bridge-chaos-'))
const teardowns: (() => unknown)[] = []
const wix = createFakeWix({ appId: sharedWix.appId, privateKeyPem: sharedWix.privateKeyPem })
const bridge = await startManagedBridge(
  { teardown: work => void teardowns.push(work) },
  {
    store: { url: `file:${join(folder, 'chaos.db')}` },
    sites: { freshFor: '2s', patience: '500ms', keepFor: '45s' },
    now: Date.now,
    logLevel: 'fatal'
  }
)
const unhandled: unknown[] = []
process.on('unhandledRejection', error => unhandled.push(error))

const sites = await Promise.all(Array.from({ length: SITES }, (_, number) => connectSite(number)))
const tally = {
  calls: 0,
  faults: new Map<string, number>(),
  fresh: 0,
  aged: 0,
  errors: new Map<string, number>(),
  slowestMs: 0,
  wrong: 0
}
const endAt = Date.now() + SECONDS * 1000
await Promise.all([
  changeNumbers(),
  comeAndGo(),
  showProgress(),
  ...Array.from({ length: CALLS_AT_ONCE }, () => callOn())
])
report()
for (const work of teardowns.reverse()) await work()
rmSync(folder, { recursive: true, force: true })

async function connectSite(number: number): Promise<Site> {
  const portal: FakePortal = bridge.docspace.addPortal('startup')
  const site: Site = {
    id: `site-${number}`,
    history: [],
    hold(rooms) {
      const room = portal.scenario.quota.response.features?.find(({ id }) => id === 'room')
      if (room) Object.assign(room, { value: 1_000_000_000, used: { value: rooms } })
      site.history.push({ rooms, since: Date.now() })
    }
  }
  // Every site's numbers are its own, so that another's would show.
  site.hold(number * 1_000_000)
  await bridge.connect(site.id, { url: bridge.docspace.url, apiKey: portal.keys.owner })
  return site
}

async function changeNumbers(): Promise<void> {
  while (Date.now() < endAt) {
    const site = sites[Math.floor(chance() * sites.length)]
    site?.hold((site.history.at(-1)?.rooms ?? 0) + 1)
    await sleep(50)
  }
}

async function comeAndGo(): Promise<void> {
  await sleep(3000)
  // The last seconds are without faults: everything must recover.
  while (Date.now() < endAt - 10_000) {
    const fault = faultNames[Math.floor(chance() * faultNames.length)]
    tally.faults.set(fault ?? '', (tally.faults.get(fault ?? '') ?? 0) + 1)
    bridge.docspace.fail(fault, chance() < 0.2 ? 'tariff' : undefined)
    bridge.docspace.delayMs = chance() < 0.3 ? Math.floor(chance() * 1500) : 0
    await sleep(chance() * 3000)
    bridge.docspace.fail(undefined)
    bridge.docspace.delayMs = 0
    await sleep(chance() * 6000)
  }
}

async function callOn(): Promise<void> {
  while (Date.now() < endAt) {
    const site = sites[Math.floor(chance() * sites.length)]
    if (site) await callOnce(site)
    await sleep(chance() * 200)
  }
}

async function callOnce(site: Site): Promise<void> {
  const started = Date.now()
  const payload = wix.payload({ actionKey: 'site-room', instanceId: site.id })
  const answer = await bridge.post(await wix.sign(payload))
  const body = JSON.parse(await answer.text())
  const answered = Date.now()
  tally.calls++
  tally.slowestMs = Math.max(tally.slowestMs, answered - started)
  if (answer.status !== 200) {
    const { code } = body.applicationError
    tally.errors.set(code, (tally.errors.get(code) ?? 0) + 1)
    return
  }
  const [quota] = body.actionQuotaInfo.quotaInfo[0]?.quotas ?? []
  const stale = /detail=/.test(answer.headers.get('cache-status') ?? '')
  if (stale) tally.aged++
  else tally.fresh++
  const ageMs = Number(answer.headers.get('age')) * 1000
  const toldOfAge = / UTC/.test(quota?.additionalInfo?.description ?? '')
  if (!wasHeld(site, Number(quota?.currentUsage), answered - ageMs - AGE_SLACK_MS, answered) || stale !== toldOfAge)
    tally.wrong++
}

/** Whether the portal held that number at some time between two. */
function wasHeld({ history }: Site, rooms: number, from: number, to: number): boolean {
  return history.some(
    (held, index) =>
      held.rooms === rooms && held.since <= to && (history[index + 1]?.since ?? Number.POSITIVE_INFINITY) >= from
  )
}

async function showProgress(): Promise<void> {
  while (Date.now() < endAt) {
    if (process.stderr.isTTY)
      process.stderr.write(
        `\r${Math.ceil((endAt - Date.now()) / 1000)} s left, ${tally.calls} calls, ${tally.wrong} wrong `
      )
    await sleep(1000)
  }
  if (process.stderr.isTTY) process.stderr.write('\n')
}

function report(): void {
  const errors = [...tally.errors].map(([code, count]) => `${code} ${count}`).join(', ') || 'none'
  const rows = {
    calls: tally.calls,
    '200 fresh': tally.fresh,
    '200 with age': tally.aged,
    'errors by code': errors,
    faults: [...tally.faults].map(([fault, count]) => `${fault} ${count}`).join(', '),
    'slowest ms': tally.slowestMs,
    'upstream calls': bridge.docspace.calls.length,
    'unhandled rejections': unhandled.length,
    'heap MB at the end': Math.round(process.memoryUsage().heapUsed / 1e6),
    'wrong answers': tally.wrong
  }
  for (const [name, value] of Object.entries(rows)) process.stdout.write(`${name.padEnd(20)}  ${value}\n`)
  process.exitCode =
    tally.wrong === 0 && unhandled.length === 0 && tally.slowestMs <= SLOWEST_MS_MAX && tally.fresh > 0 ? 0 : 1
}

/** Numbers from 0 to 1, the same for the same seed: a linear congruential generator (Numerical Recipes' constants). */
function createChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
