// npm run test:rolling: two replicas on one PostgreSQL are renewed one after the other, 20 times, at 200 calls a second behind a
// round-robin load balancer: every call must be answered, and rightly. ROLLS, CALLS_A_SECOND, DRAIN; `-- caddy` puts Caddy, with
// docker/Caddyfile, in the load balancer's place.
import { setTimeout as sleep } from 'node:timers/promises'
import { startBalancer } from './balancer.ts'
import { startCaddy } from './caddy.ts'
import { createCallers } from './callers.ts'
import { createReplicas } from './replicas.ts'

const ROLLS = Number(process.env.ROLLS ?? 20)
const CALLS_A_SECOND = Number(process.env.CALLS_A_SECOND ?? 200)
const isCaddy = process.argv[2] === 'caddy'
/** Longer than the load balancer needs to notice. */
const DRAIN = process.env.DRAIN ?? '5s'
const HOSTS = isCaddy ? ['127.0.0.1', '127.0.0.2'] : ['127.0.0.1', '127.0.0.1']
/** How often the load balancer asks for readiness. */
const ASKS_EVERY_MS = 250
/** What a busy machine may leave of the load. */
const LOAD_MIN = 0.95

const teardowns: (() => unknown)[] = []
const teardown = (work: () => unknown) => void teardowns.push(work)
let holds = false
try {
  holds = await roll()
} finally {
  for (const work of teardowns.reverse()) await work()
}
// The embedded PostgreSQL sets a code of its own when it ends.
process.exit(holds ? 0 : 1)

async function roll(): Promise<boolean> {
  const replicas = await createReplicas({ teardown }, DRAIN, HOSTS)
  const balancer = isCaddy
    ? await startCaddy(replicas.all, replicas.folder)
    : await startBalancer(replicas.all, ASKS_EVERY_MS)
  teardown(() => balancer.close())
  for (const replica of replicas.all) {
    await replica.start()
    await balancer.until(replica, true)
  }
  let phase = 'before'
  const callers = createCallers(balancer.url, replicas.wix, await replicas.connectSites(), () => phase)
  const load = callers.call(CALLS_A_SECOND)
  const codes = new Map<string, number>()
  const took: number[] = []
  const noticed: number[] = []
  await sleep(1000)
  for (let times = 1; times <= ROLLS; times++) {
    for (const replica of replicas.all) {
      const started = performance.now()
      phase = 'while one stops'
      const unnoticed = balancer.until(replica, false).then(() => void noticed.push(performance.now() - started))
      const code = String(await replica.stop())
      codes.set(code, (codes.get(code) ?? 0) + 1)
      await unnoticed
      phase = 'while one starts'
      await replica.start()
      await balancer.until(replica, true)
      took.push(performance.now() - started)
    }
    if (process.stderr.isTTY) process.stderr.write(`\r${times} of ${ROLLS}, ${callers.summary().lost} lost `)
  }
  phase = 'afterwards'
  await sleep(1000)
  await load.end()
  return tell()

  /** Writes what was seen; says whether all is as it must be. */
  function tell(): boolean {
    const { calls, lost, reasons, rate, p50Ms, p99Ms, msMax } = callers.summary()
    const rows = {
      'rolling restarts': `${ROLLS}, ${took.length} replicas stopped and started`,
      'a replica was renewed within': `${Math.round(Math.max(...took))} ms, of which drain ${DRAIN}`,
      'the load balancer noticed within': `${Math.round(Math.max(...noticed))} ms`,
      'exit codes': [...codes].map(([code, times]) => `${code} × ${times}`).join(', '),
      calls: `${calls}, ${rate.toFixed(1)} a second`,
      answered: [...callers.answered].map(([kind, times]) => `${kind} ${times}`).join(', '),
      'milliseconds, half, 99 %, most': `${p50Ms}, ${p99Ms}, ${msMax}`,
      'sent to the other replica, nobody being there': isCaddy ? 'not told' : balancer.sentAgain,
      'errors in the logs': replicas.errors.length,
      'lost or wrong': `${lost} ${[...reasons].map(([reason, times]) => `${reason} × ${times}`).join(', ')}`
    }
    for (const [name, value] of Object.entries(rows)) process.stdout.write(`${name.padEnd(46)} ${value}\n`)
    for (const line of replicas.errors.slice(0, 5)) process.stdout.write(`${line}\n`)
    const allEndedWell = codes.size === 1 && codes.has('0')
    return lost === 0 && replicas.errors.length === 0 && allEndedWell && rate >= CALLS_A_SECOND * LOAD_MIN
  }
}
