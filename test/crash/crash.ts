// npm run test:crash: kills a writing process a hundred times on each engine; no acknowledged change may be lost, none half-written seen,
// and the next one must get what the killed one held.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '../../src/store/index.ts'
import { startPostgres } from '../helpers/postgres.ts'
import { CRASH_KEY, PROVIDER, SITES } from './shared.ts'

const KILLS = Number(process.env.KILLS ?? 100)
const LIFE_MS_MAX = 60
const teardowns: (() => unknown)[] = []

interface Verdict {
  acknowledged: number
  lost: number
  halfWritten: number
}

/** One writer's life: how far it had acknowledged each site when it was killed. */
async function writeAndKill(url: string, from: number): Promise<Map<string, number>> {
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), url, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  let text = ''
  writer.stdout.on('data', chunk => {
    text += chunk
  })
  const ended = once(writer, 'close')
  const began = await Promise.race([once(writer.stdout, 'data').then(() => true), ended.then(() => false)])
  if (!began) throw new Error('the writer did not start')
  await sleep(Math.random() * LIFE_MS_MAX)
  writer.kill('SIGKILL')
  await ended
  const whole = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
  return new Map(whole.map(line => line.split(' ')).map(([site = '', number]) => [site, Number(number)]))
}

async function judge(url: string, acknowledged: ReadonlyMap<string, number>): Promise<Omit<Verdict, 'acknowledged'>> {
  const store = await openStore({ url, encryptionKeys: [CRASH_KEY], onLost: () => {}, now: Date.now })
  const verdict = { lost: 0, halfWritten: 0 }
  for (const [instanceId, number] of acknowledged) {
    const stored = await store.connections.get({ provider: PROVIDER, instanceId })
    const { connection } = stored ?? {}
    const isWhole =
      typeof connection === 'object' &&
      connection !== null &&
      'number' in connection &&
      'copy' in connection &&
      connection.number === connection.copy &&
      connection.number === stored?.checkedAt
    if (!isWhole) verdict.halfWritten++
    else if (Number(connection.number) < number) verdict.lost++
  }
  await store.close()
  return verdict
}

async function torment(engine: string, url: string): Promise<Verdict> {
  const sum: Verdict = { acknowledged: 0, lost: 0, halfWritten: 0 }
  const latest = new Map<string, number>()
  let from = 0
  for (let kill = 1; kill <= KILLS; kill++) {
    const acknowledged = await writeAndKill(url, from)
    const last = Math.max(...acknowledged.values())
    sum.acknowledged += last - from + 1
    for (const [site, number] of acknowledged) latest.set(site, number)
    const { lost, halfWritten } = await judge(url, latest)
    sum.lost += lost
    sum.halfWritten += halfWritten
    // The change under way when it was killed may be there or not; the next writer goes on behind it.
    from = last + SITES + 1
    if (process.stderr.isTTY) process.stderr.write(`\r${engine}: ${kill} of ${KILLS}`)
  }
  if (process.stderr.isTTY) process.stderr.write('\n')
  return sum
}

const folder = mkdtempSync(join(tmpdir(), 'quota-bridge-crash-'))
const postgres = await startPostgres({ teardown: work => void teardowns.push(work) })
const engines = { SQLite: `file:${join(folder, 'crash.db')}`, PostgreSQL: await postgres.newDatabase() }
let failed = false
process.stdout.write('engine      kills  acknowledged  lost  half-written\n')
for (const [engine, url] of Object.entries(engines)) {
  const { acknowledged, lost, halfWritten } = await torment(engine, url)
  failed ||= lost + halfWritten > 0
  process.stdout.write(
    `${engine.padEnd(10)}  ${String(KILLS).padStart(5)}  ${String(acknowledged).padStart(12)}  ${String(lost).padStart(4)}  ${String(halfWritten).padStart(12)}\n`
  )
}
for (const work of teardowns) await work()
rmSync(folder, { recursive: true, force: true })
process.exitCode = failed ? 1 : 0
