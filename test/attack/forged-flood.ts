// 3000 sockets send forged calls as fast as they are answered; meanwhile Wix's calls must be answered in time.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startAttacked } from './service.ts'

const SOCKETS = 3000
const SECONDS = 15
const CALLS_A_SECOND = 40
const P99_MS_MAX = 1000

export async function forgedFlood(): Promise<{ ok: boolean; figure: string }> {
  const { wix, url, stop } = await startAttacked()
  const flooder = fork(join(import.meta.dirname, 'flooder.ts'), [url, String(SOCKETS)])
  await sleep(3000)
  const statuses = new Map<number, number>()
  const calls: Promise<number>[] = []
  for (let call = 0; call < SECONDS * CALLS_A_SECOND; call++) {
    calls.push(timed())
    await sleep(1000 / CALLS_A_SECOND)
  }
  const times = (await Promise.all(calls)).sort((a, b) => a - b)
  flooder.send('stop')
  const [forged] = await once(flooder, 'message')
  await stop()
  const p99 = times[Math.floor(times.length * 0.99)] ?? 0
  const told = [...statuses].map(([status, count]) => `${status} × ${count}`).join(', ')
  return {
    ok: p99 < P99_MS_MAX && statuses.size === 1 && statuses.has(200),
    figure: `p50 ${times[Math.floor(times.length / 2)]?.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, ${told}; ${forged} forged calls refused`
  }

  async function timed(): Promise<number> {
    const body = await wix.sign(wix.payload({ actionKey: 'send-email' }))
    const started = performance.now()
    const answer = await fetch(`${url}v1/quota-info`, { method: 'POST', body })
    await answer.text()
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    return performance.now() - started
  }
}
