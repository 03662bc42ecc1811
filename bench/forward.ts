// npm run bench:forward: what passing calls on costs quota calls in time, and the process in memory. Ends with 1 over the bounds.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createFakeWix } from '../src/devkit/fake-wix.ts'
import { AS_IN_IMAGE } from '../test/helpers/process.ts'

const SLOW_CALLS = 500
const SLOW_MS = 5000
const QUOTA_EVERY_MS = 5
const ROUNDS = Number(process.env.ROUNDS ?? 3)
const ROUND_SECONDS = Number(process.env.SECONDS ?? 15)
const P99_RATIO_MAX = 1.5

const BODIES = 200
const BODY_BYTES = 10 * 1024 ** 2
const PIECE = Buffer.alloc(64 * 1024, 'a')
const GROWTH_MB_MAX = 30
/** Bodies go up to the maker's server, which is what is bounded; that they come back too is for comparison. */
const STREAMS = [
  { path: 'sink', name: 'sent', atOnce: 8 },
  { path: 'sink', name: 'sent', atOnce: 200 },
  { path: 'echo', name: 'sent and answered', atOnce: 8 }
]

const share = (sorted: readonly number[], part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN
const middle = (values: readonly number[]) =>
  share(
    [...values].sort((a, b) => a - b),
    0.5
  )

const agent = new Agent({ keepAlive: true, maxSockets: 1000 })
const children: ReturnType<typeof spawn>[] = []
const folder = mkdtempSync(join(tmpdir(), 'quota-bridge-bench-'))
const wix = createFakeWix()

try {
  const target = await start('target', ['bench/forward-target.ts'], /(http:\S+)/)
  const args = [...AS_IN_IMAGE.options, 'src/main.ts', '--config', writeConfiguration(target.url)]
  const service = await start('service', args, /"url":"([^"]+)"/)
  const answerSlow = await compareLatency(service.url)
  const flat = await measureMemory(service)
  process.exitCode = answerSlow && flat ? 0 : 1
} finally {
  agent.destroy()
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}

function writeConfiguration(to: string): string {
  const file = join(folder, 'quota-bridge.yaml')
  const groups = [
    { plans: [{ id: 'free', name: 'Free' }], quotas: [{ feature: 'emails', name: 'Emails', used: 346, limit: 500 }] }
  ]
  const configuration = {
    wix: { appId: wix.appId, publicKey: wix.publicKeyPem },
    server: { host: '127.0.0.1', port: 0 },
    forward: { to },
    providers: { newsletter: { type: 'static', groups } },
    actions: { 'send-email': { provider: 'newsletter' } }
  }
  writeFileSync(file, JSON.stringify(configuration))
  return file
}

/** A process of its own, so that what is measured is not this one; its log goes to a file, as in earnest. */
async function start(name: string, args: string[], ready: RegExp): Promise<{ url: string; pid: number }> {
  const file = join(folder, `${name}.log`)
  const child = spawn(process.execPath, args, { stdio: ['ignore', openSync(file, 'w'), 'inherit'] })
  children.push(child)
  for (;;) {
    const [, url] = ready.exec(readFileSync(file, 'utf8')) ?? []
    if (url) return { url, pid: child.pid ?? 0 }
    await sleep(20)
  }
}

interface Answer {
  status: number
  bytes: number
}

function post(url: string, pieces: readonly (string | Uint8Array)[], length: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method: 'POST', headers: { 'content-length': length } }, incoming => {
      let bytes = 0
      incoming.on('error', reject).on('data', chunk => {
        bytes += chunk.length
      })
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, bytes }))
    })
    outgoing.on('error', reject)
    const left = [...pieces]
    const pour = () => {
      for (let piece = left.shift(); piece !== undefined; piece = left.shift()) {
        if (!outgoing.write(piece)) return void outgoing.once('drain', pour)
      }
      outgoing.end()
    }
    pour()
  })
}

/** Milliseconds of each quota call, at a steady pace. */
async function askForQuotas(url: string, body: string, seconds: number): Promise<number[]> {
  const taken: number[] = []
  const calls: Promise<void>[] = []
  const begin = performance.now()
  const total = (seconds * 1000) / QUOTA_EVERY_MS
  for (let number = 0; number < total; number++) {
    const due = begin + number * QUOTA_EVERY_MS
    const wait = due - performance.now()
    if (wait > 0) await sleep(wait)
    const started = performance.now()
    calls.push(
      post(`${url}v1/quota-info`, [body], body.length).then(({ status }) => {
        if (status !== 200) throw new Error(`a quota call got ${status}`)
        taken.push(performance.now() - started)
      })
    )
  }
  await Promise.all(calls)
  return taken.sort((a, b) => a - b)
}

/** As many slow calls under way as wanted, at any time until told otherwise. */
function keepSlowCallsUnderWay(url: string) {
  const args = ['bench/forward-callers.ts', url, String(SLOW_CALLS), String(SLOW_MS)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  let answered = 0
  child.stdout.on('data', text => {
    answered = Number(text)
  })
  return {
    async stop() {
      child.kill('SIGTERM')
      const [code] = await once(child, 'close')
      if (code !== 0) throw new Error('a slow call was not answered')
      return answered
    }
  }
}

async function compareLatency(url: string): Promise<boolean> {
  const body = await wix.sign(wix.payload({ actionKey: 'send-email' }))
  await askForQuotas(url, body, 5)
  write('quota calls, 200 a second', 'calls', 'p50 ms', 'p99 ms', 'max ms')
  const p99s = { alone: [] as number[], beside: [] as number[] }
  const measure = async (name: string, into: number[]) => {
    const taken = await askForQuotas(url, body, ROUND_SECONDS)
    into.push(share(taken, 0.99))
    write(
      name,
      String(taken.length),
      ...[share(taken, 0.5), share(taken, 0.99), taken.at(-1) ?? 0].map(ms => ms.toFixed(2))
    )
  }
  let answered = 0
  for (let round = 0; round < ROUNDS; round++) {
    await measure('alone', p99s.alone)
    const slow = keepSlowCallsUnderWay(url)
    // Until all of them are under way.
    await sleep(1.2 * SLOW_MS)
    await measure(`beside ${SLOW_CALLS} calls of 5 s`, p99s.beside)
    answered += await slow.stop()
  }
  const ratio = middle(p99s.beside) / middle(p99s.alone)
  process.stdout.write(
    `${answered} slow calls were answered; the median p99 beside them is ${ratio.toFixed(2)} times that alone (at most ${P99_RATIO_MAX} wanted)\n\n`
  )
  return ratio <= P99_RATIO_MAX
}

/** Resident memory of a process in MB. */
function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

async function measureMemory({ url, pid }: { url: string; pid: number }): Promise<boolean> {
  const pieces = Array.from({ length: BODY_BYTES / PIECE.length }, () => PIECE)
  const send = async (path: string, bodies: number, atOnce: number) => {
    let next = 0
    const caller = async () => {
      while (next++ < bodies) {
        const { status, bytes } = await post(`${url}${path}`, pieces, BODY_BYTES)
        if (status !== 200 || bytes !== (path === 'echo' ? BODY_BYTES : 2)) throw new Error(`${status}, ${bytes} bytes`)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, caller))
  }
  let flat = true
  write(`${BODIES} bodies of 10 MiB`, 'before MB', 'peak MB', 'growth MB', 'seconds')
  for (const { path, name, atOnce } of STREAMS) {
    // The code is compiled and the pools are filled by the first ones.
    await send(path, 20, Math.min(atOnce, 20))
    const before = residentMb(pid)
    let peak = before
    const timer = setInterval(() => {
      peak = Math.max(peak, residentMb(pid))
    }, 20)
    const started = performance.now()
    await send(path, BODIES, atOnce)
    clearInterval(timer)
    const seconds = (performance.now() - started) / 1000
    write(`${name}, ${atOnce} at once`, ...[before, peak, peak - before, seconds].map(value => value.toFixed(1)))
    if (path === 'sink') flat &&= peak - before <= GROWTH_MB_MAX
  }
  process.stdout.write(`growth by bodies that are sent ${flat ? 'within' : 'beyond'} ${GROWTH_MB_MAX} MB\n`)
  return flat
}

function write(...cells: string[]): void {
  const [first = '', ...others] = cells
  process.stdout.write(`${[first.padEnd(36), ...others.map(cell => cell.padStart(10))].join('  ')}\n`)
}
