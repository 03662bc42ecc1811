// npm run test:reload: the configuration of one service is read again 20 times, at 200 calls a second: every call must be answered,
// and rightly. RELOADS, CALLS_A_SECOND.
import { setTimeout as sleep } from 'node:timers/promises'
import tap from 'tap'
import { createCallers } from './callers.ts'
import { createReplicas } from './replicas.ts'

const RELOADS = Number(process.env.RELOADS ?? 20)
const CALLS_A_SECOND = Number(process.env.CALLS_A_SECOND ?? 200)
/** Longer than the two calls of a provider that was let go of, and shorter than it lingers: some overlap. */
const EVERY_MS = 1000
/** Until a provider that is not wanted any more is closed. */
const LINGER_MS = 11_000
/** What a busy machine may leave of the load. */
const LOAD_MIN = 0.95

// It comes along with the database, and would take this for a test that hangs.
tap.setTimeout(0)

const teardowns: (() => unknown)[] = []
const teardown = (work: () => unknown) => void teardowns.push(work)
let holds = false
try {
  holds = await reload()
} finally {
  for (const work of teardowns.reverse()) await work()
}
// The embedded PostgreSQL sets a code of its own when it ends.
process.exit(holds ? 0 : 1)

async function reload(): Promise<boolean> {
  const { all, wix, errors, connectSites } = await createReplicas({ teardown }, '0s', ['127.0.0.1'])
  const [replica] = all
  if (!replica) throw new Error('there is no replica')
  await replica.start()
  let phase = 'before'
  const callers = createCallers(`http://${replica.host}:${replica.port}/`, wix, await connectSites(), () => phase)
  const load = callers.call(CALLS_A_SECOND)
  await sleep(EVERY_MS)
  const took: number[] = []
  const unexpected: string[] = []
  for (let times = 1; times <= RELOADS; times++) {
    const started = performance.now()
    phase = 'while it reloads'
    // A provider of its own each time.
    const changed = await replica.reload({ upgradePath: `/upgrade/${times}` })
    took.push(performance.now() - started)
    if (changed.join() !== 'providers.sites') unexpected.push(changed.join())
    await sleep(EVERY_MS)
    if (process.stderr.isTTY) process.stderr.write(`\r${times} of ${RELOADS}, ${callers.summary().lost} lost `)
  }
  phase = 'while the last are closed'
  await sleep(LINGER_MS)
  await load.end()
  const code = String(await replica.stop())
  const { calls, lost, reasons, rate, p50Ms, p99Ms, msMax } = callers.summary()
  const sorted = took.toSorted((a, b) => a - b)
  const rows = {
    reloads: `${took.length}, each with another provider`,
    'in force after, milliseconds, half, most': [0.5, 1]
      .map(part => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN))
      .join(', '),
    calls: `${calls}, ${rate.toFixed(1)} a second`,
    answered: [...callers.answered].map(([kind, times]) => `${kind} ${times}`).join(', '),
    'milliseconds, half, 99 %, most': `${p50Ms}, ${p99Ms}, ${msMax}`,
    'exit code': code,
    'errors in the log': errors.length,
    'lost or wrong': `${lost} ${[...reasons].map(([reason, times]) => `${reason} × ${times}`).join(', ')}`
  }
  for (const [name, value] of Object.entries(rows)) process.stdout.write(`${name.padEnd(46)} ${value}\n`)
  for (const line of errors.slice(0, 5)) process.stdout.write(`${line}\n`)
  const isWell = errors.length === 0 && unexpected.length === 0 && code === '0'
  return lost === 0 && isWell && rate >= CALLS_A_SECOND * LOAD_MIN
}
