// npm run chaos: five minutes of load on two replicas while DocSpace, an API that a mapping reads, and the database fail at random and
// people buy plans; every answer is compared with what was truly held, and which plan was bought when.
import { setTimeout as sleep } from 'node:timers/promises'
import { faultNames } from '../../src/devkit/docspace-faults.ts'
import { createFakeWix } from '../../src/devkit/fake-wix.ts'
import { type Bridge, sharedWix } from '../helpers/bridge.ts'
import { startManagedBridge } from '../helpers/manage.ts'
import { startPostgres } from '../helpers/postgres.ts'
import { startCredits } from './credits.ts'
import { createSite, type Site, type Told, verdictOn } from './oracle.ts'

const SECONDS = Number(process.env.CHAOS_SECONDS ?? 300)
const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31))
const SITES = 25
const CALLS_AT_ONCE = 20
/** The promise, and what a busy machine may add. */
const SLOWEST_MS_MAX = 2600
/** The last seconds are without faults: everything must recover. */
const CALM_MS = 10_000

const chance = createChance(SEED)
process.stdout.write(`seed ${SEED}, ${SECONDS} s; CHAOS_SEED=${SEED} repeats the same faults\n`)

const teardowns: (() => unknown)[] = []
const teardown = (work: () => unknown) => void teardowns.push(work)
const wix = createFakeWix({ appId: sharedWix.appId, privateKeyPem: sharedWix.privateKeyPem })
const postgres = await startPostgres({ teardown })
const credits = await startCredits(teardown, chance)
const options = {
  providers: credits.providers,
  actions: credits.actions,
  store: { url: await postgres.newDatabase() },
  server: { publicUrl: 'https://quota.example.com' },
  sites: { freshFor: '30s', patience: '500ms', keepFor: '90s' },
  now: Date.now,
  logLevel: 'fatal'
}
const first = await startManagedBridge({ teardown }, options)
const second = await startManagedBridge({ teardown }, { ...options, sharing: first.docspace })
const replicas = [first, second]
const { docspace } = first
const unhandled: unknown[] = []
process.on('unhandledRejection', error => unhandled.push(error))
// Listening takes a moment after the start.
await sleep(500)

const sites = await Promise.all(Array.from({ length: SITES }, (_, number) => connectSite(number)))
await credits.connect(first)
const tally = {
  calls: 0,
  faults: new Map<string, number>(),
  stalls: 0,
  clicks: 0,
  purchases: 0,
  'purchases that had to show': 0,
  fresh: 0,
  aged: 0,
  partial: 0,
  errors: new Map<string, number>(),
  slowestMs: 0,
  wrong: [] as string[]
}
/** When the database last stood still: what one replica knew then, the other may not. */
let stalledAt = Number.NEGATIVE_INFINITY
const endAt = Date.now() + SECONDS * 1000
await Promise.all([
  changeNumbers(),
  comeAndGo(),
  stallDatabase(),
  buyPlans(),
  showProgress(),
  credits.run(replicas, endAt, CALM_MS),
  ...Array.from({ length: CALLS_AT_ONCE }, () => callOn())
])
const failed = report()
for (const work of teardowns.reverse()) await work()
// The embedded PostgreSQL sets a code of its own when it ends.
process.exit(failed ? 1 : 0)

async function connectSite(number: number): Promise<Site> {
  // Every site's numbers are its own, so that another's would show.
  const site = createSite(docspace, `site-${number}`, number * 1_000_000)
  await first.connect(site.id, { url: docspace.url, apiKey: site.apiKey })
  return site
}

function anyOf<Item>(list: readonly Item[]): Item {
  const item = list[Math.floor(chance() * list.length)]
  if (item === undefined) throw new Error('nothing to choose from')
  return item
}

async function changeNumbers(): Promise<void> {
  while (Date.now() < endAt) {
    anyOf(sites).use()
    await sleep(50)
  }
}

async function stallDatabase(): Promise<void> {
  await sleep(8000)
  while (Date.now() < endAt - CALM_MS - 5000) {
    tally.stalls++
    const goOn = postgres.stall()
    await sleep(500 + chance() * 3500)
    goOn()
    stalledAt = Date.now()
    await sleep(10_000 + chance() * 20_000)
  }
}

/** A person opens the link, perhaps again and again, and perhaps buys. */
async function buyPlans(): Promise<void> {
  while (Date.now() < endAt) {
    const site = anyOf(sites)
    if (site.link) {
      for (let times = 0; times <= chance() * 3; times++) {
        tally.clicks++
        await anyOf(replicas).get('public', site.link, { redirect: 'manual' })
      }
      const clickedAt = Date.now()
      await sleep(chance() * 500)
      if (chance() < 0.7) {
        tally.purchases++
        site.buy(clickedAt)
      }
    }
    await sleep(chance() * 1500)
  }
}

async function comeAndGo(): Promise<void> {
  await sleep(3000)
  while (Date.now() < endAt - CALM_MS) {
    const fault = anyOf(faultNames)
    tally.faults.set(fault, (tally.faults.get(fault) ?? 0) + 1)
    docspace.fail(fault, chance() < 0.4 ? 'tariff' : undefined)
    docspace.delayMs = chance() < 0.3 ? Math.floor(chance() * 1500) : 0
    await sleep(chance() * 3000)
    docspace.fail(undefined)
    docspace.delayMs = 0
    await sleep(chance() * 6000)
  }
}

async function callOn(): Promise<void> {
  while (Date.now() < endAt) {
    await callOnce(anyOf(sites))
    await sleep(chance() * 200)
  }
}

async function callOnce(site: Site): Promise<void> {
  const started = Date.now()
  const answer = await ask(anyOf(replicas), site)
  const body = JSON.parse(await answer.text())
  const answered = Date.now()
  tally.calls++
  tally.slowestMs = Math.max(tally.slowestMs, answered - started)
  if (answer.status !== 200) {
    const { code } = body.applicationError
    tally.errors.set(code, (tally.errors.get(code) ?? 0) + 1)
    return
  }
  const [group] = body.actionQuotaInfo.quotaInfo
  const [quota] = group?.quotas ?? []
  const detail = /detail=(\w+)/.exec(answer.headers.get('cache-status') ?? '')?.[1]
  if (detail === 'partial') tally.partial++
  else if (detail) tally.aged++
  else tally.fresh++
  site.link = new URL(group?.upgradeCta?.url ?? 'http://none').pathname.slice(1)
  const told: Told = {
    rooms: Number(quota?.currentUsage),
    plan: group?.plans[0]?.name,
    plans: group?.plans.length,
    renews: quota?.renewalDate,
    ageMs: Number(answer.headers.get('age')) * 1000,
    isAged: detail !== undefined,
    isToldOfAge: / UTC/.test(quota?.additionalInfo?.description ?? '')
  }
  const { wrong, hadToShow } = verdictOn(site, told, { started, answered, stalledAt })
  if (hadToShow) tally['purchases that had to show']++
  if (wrong) tally.wrong.push(`${site.id}: ${wrong}: ${JSON.stringify(told)}`)
}

async function ask({ post }: Pick<Bridge, 'post'>, { id }: Site): Promise<Response> {
  return post(await wix.sign(wix.payload({ actionKey: 'site-room', instanceId: id })))
}

async function showProgress(): Promise<void> {
  while (Date.now() < endAt) {
    if (process.stderr.isTTY)
      process.stderr.write(
        `\r${Math.ceil((endAt - Date.now()) / 1000)} s left, ${tally.calls} calls, ${tally.wrong.length} wrong `
      )
    await sleep(1000)
  }
  if (process.stderr.isTTY) process.stderr.write('\n')
}

/** Writes what was seen; says whether anything was wrong. */
function report(): boolean {
  const wrong = [...tally.wrong, ...credits.tally.wrong]
  const errors = [...tally.errors].map(([code, count]) => `${code} ${count}`).join(', ') || 'none'
  const rows = {
    calls: tally.calls,
    '200 fresh': tally.fresh,
    '200 with age': tally.aged,
    '200 partly with age': tally.partial,
    'links opened': tally.clicks,
    purchases: tally.purchases,
    'answers in which a purchase had to show': tally['purchases that had to show'],
    'database stalls': tally.stalls,
    'errors by code': errors,
    faults: [...tally.faults].map(([fault, count]) => `${fault} ${count}`).join(', '),
    'slowest ms': tally.slowestMs,
    'upstream calls': docspace.calls.length,
    'unhandled rejections': unhandled.length,
    'calls of the mapping': credits.tally.calls,
    'its 200 fresh': credits.tally.fresh,
    'its 200 with age': credits.tally.aged,
    'its errors': credits.tally.errors,
    'its faults': credits.tally.faults,
    'its slowest ms': credits.tally.slowestMs,
    'its upstream calls': credits.tally.asked,
    'heap MB at the end': Math.round(process.memoryUsage().heapUsed / 1e6),
    'wrong answers': wrong.length
  }
  for (const [name, value] of Object.entries(rows)) process.stdout.write(`${name.padEnd(40)}  ${value}\n`)
  for (const each of wrong.slice(0, 10)) process.stdout.write(`wrong: ${each}\n`)
  return !(
    wrong.length === 0 &&
    unhandled.length === 0 &&
    Math.max(tally.slowestMs, credits.tally.slowestMs) <= SLOWEST_MS_MAX &&
    Math.min(tally.fresh, credits.tally.fresh, credits.tally.aged) > 0 &&
    tally['purchases that had to show'] > 0
  )
}

/** Numbers from 0 to 1, the same for the same seed: a linear congruential generator (Numerical Recipes' constants). */
function createChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
