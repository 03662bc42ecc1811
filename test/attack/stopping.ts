// Stopped at 200 calls a second, on new and on kept connections, with a load balancer that looks at readiness: every call is answered by us.
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { startAttacked } from './service.ts'

const CALLS_A_SECOND = 200
const SECONDS = 3
/** How long the load balancer goes on after readiness said no. */
const NOTICES_AFTER_MS = 500

export async function stoppingUnderLoad(): Promise<{ ok: boolean; figure: string }> {
  const { wix, child, url, managementUrl, stop } = await startAttacked({ drain: '2s' })
  const body = await wix.sign(wix.payload({ actionKey: 'send-email' }))
  const keeping = new Agent({ keepAlive: true })
  const outcomes = new Map<string, number>()
  const count = (what: string) => outcomes.set(what, (outcomes.get(what) ?? 0) + 1)
  const calls: Promise<void>[] = []
  let isReady = true
  const exited = once(child, 'exit')
  const watching = (async () => {
    while (isReady) {
      await sleep(50)
      isReady = await fetch(`${managementUrl}health/ready`).then(
        ({ ok }) => ok,
        () => false
      )
    }
    await sleep(NOTICES_AFTER_MS)
  })()
  let noticed = false
  void watching.then(() => {
    noticed = true
  })
  for (let sent = 0; !noticed; sent++) {
    if (sent === CALLS_A_SECOND * SECONDS) child.kill('SIGTERM')
    calls.push(call(sent % 2 === 0))
    await sleep(1000 / CALLS_A_SECOND)
  }
  await Promise.all(calls)
  const [code] = await exited
  keeping.destroy()
  await stop()
  const told = [...outcomes].map(([what, times]) => `${what} × ${times}`).join(', ')
  return { ok: outcomes.size === 1 && outcomes.has('200') && code === 0, figure: `${told}; ended with ${code}` }

  function call(kept: boolean): Promise<void> {
    return new Promise(resolve => {
      const options = { method: 'POST', ...(kept ? { agent: keeping } : { agent: false as const }) }
      const outgoing = request(`${url}v1/quota-info`, options, answer => {
        answer.resume().once('end', () => {
          count(String(answer.statusCode))
          resolve()
        })
      })
      outgoing.on('error', error => {
        count('code' in error ? String(error.code) : error.message)
        resolve()
      })
      outgoing.end(body)
    })
  }
}
