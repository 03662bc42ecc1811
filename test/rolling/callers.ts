// Those who call, at a steady rate: quota calls on kept and on new connections, and calls that are passed on; each answer is looked at.
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FakeWix } from '../../src/devkit/fake-wix.ts'
import type { Site } from './replicas.ts'

const kinds = ['quota, kept connection', 'quota, new connection', 'passed on'] as const
type Kind = (typeof kinds)[number]

export interface Callers {
  /** Calls until it is told to end, which resolves when every call has come to something. */
  call(aSecond: number): { end(): Promise<void> }
  answered: Map<Kind, number>
  summary(): {
    calls: number
    lost: number
    /** Why, and how often. */
    reasons: Map<string, number>
    rate: number
    p50Ms: number
    p99Ms: number
    msMax: number
  }
}

/** `phase` names the moment, for what is lost. */
export function createCallers(url: string, wix: FakeWix, sites: readonly Site[], phase: () => string): Callers {
  const keeping = new Agent({ keepAlive: true })
  const answered = new Map<Kind, number>()
  const reasons = new Map<string, number>()
  const took: number[] = []
  let calls = 0
  let seconds = 0
  const count = <Key>(counts: Map<Key, number>, key: Key) => void counts.set(key, (counts.get(key) ?? 0) + 1)

  return {
    answered,
    call(aSecond) {
      const ending = new AbortController()
      const over = callOn(aSecond, ending.signal)
      return {
        end() {
          ending.abort()
          return over
        }
      }
    },
    summary() {
      const sorted = took.toSorted((a, b) => a - b)
      const share = (part: number) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN)
      const lost = [...reasons.values()].reduce((sum, times) => sum + times, 0)
      return { calls, lost, reasons, rate: calls / seconds, p50Ms: share(0.5), p99Ms: share(0.99), msMax: share(1) }
    }
  }

  async function callOn(aSecond: number, ending: AbortSignal): Promise<void> {
    // Signing is Wix's work, and would take the time of this process.
    const bodies = await Promise.all(
      sites.map(({ id }) => wix.sign(wix.payload({ actionKey: 'create-room', instanceId: id })))
    )
    const started = performance.now()
    const underWay = new Set<Promise<void>>()
    while (!ending.aborted) {
      seconds = (performance.now() - started) / 1000
      while (calls < seconds * aSecond) {
        const number = calls++
        const kind = number % 10 === 9 ? 'passed on' : (kinds[number % 2] ?? 'passed on')
        const site = Math.floor(number / 2) % sites.length
        const one = callOnce(kind, bodies[site] ?? '', sites[site])
        underWay.add(one)
        void one.then(() => underWay.delete(one))
      }
      await sleep(2)
    }
    await Promise.all(underWay)
    keeping.destroy()
  }

  async function callOnce(kind: Kind, body: string, site: Site | undefined): Promise<void> {
    const started = performance.now()
    const wrong = await send(kind, body, site)
    took.push(performance.now() - started)
    if (wrong === undefined) count(answered, kind)
    else count(reasons, `${kind}, ${phase()}: ${wrong}`)
  }

  /** What was wrong, if anything. */
  function send(kind: Kind, body: string, site: Site | undefined): Promise<string | undefined> {
    return new Promise(resolve => {
      const path = kind === 'passed on' ? 'v1/invoke' : 'v1/quota-info'
      const agent = kind === 'quota, new connection' ? false : keeping
      const outgoing = request(`${url}${path}`, { method: 'POST', agent }, answer => {
        let text = ''
        answer.setEncoding('utf8').on('data', piece => {
          text += piece
        })
        answer.once('error', error => resolve(error.message))
        answer.once('end', () => {
          const { statusCode, headers } = answer
          if (statusCode !== 200) resolve(`${statusCode} ${headers['x-lost'] ?? text}`)
          else if (kind === 'passed on') resolve(text === 'done' ? undefined : `told ${text}`)
          else {
            const rooms = JSON.parse(text).actionQuotaInfo.quotaInfo[0]?.quotas[0]?.currentUsage
            resolve(rooms === site?.rooms ? undefined : `told ${rooms} rooms`)
          }
        })
      })
      outgoing.once('error', error => resolve('code' in error ? String(error.code) : error.message))
      outgoing.end(body)
    })
  }
}
