// How a failing DocSpace shows outside: the status and the finding, within the deadline, and nothing of what it sent.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Test } from 'tap'
import type { Fault } from '../../src/devkit/docspace-faults.ts'
import { type Bridge, errorOf, startBridge } from './bridge.ts'

export interface Expected {
  status: number
  code: string
  finding: string
  retryAfter?: string | RegExp
}

/** Words of bodies, headers and stacks that no answer and no log line may hold. */
const FOREIGN =
  /openresty|boom|Some\.Where|stack|Could not resolve|Access denied|ASC\.Core|sk-fake|Bearer|node_modules|\.ts:/

const REMEMBERED = new Set([
  'api-key-rejected',
  'scope-too-narrow',
  'role-too-low',
  'access-refused',
  'portal-not-found',
  'rate-limited'
])

const RESOLUTION_MS = 10

/** Asks while DocSpace fails in one way, and compares. */
export async function checkFault(
  t: Test,
  bridge: Bridge,
  fault: Fault,
  { status, code, finding, retryAfter }: Expected
): Promise<void> {
  bridge.docspace.fail(fault)
  // A machine that gives this process no time makes every answer late, whatever the deadline is.
  const starved = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  starved.enable()
  const started = performance.now()
  const response = await bridge.call('everything')
  const text = await response.clone().text()
  const elapsedMs = performance.now() - started
  starved.disable()
  // A call shorter than the resolution leaves no measurement, and no mean.
  const starvedMs = starved.count && starved.count * (starved.mean / 1e6 - RESOLUTION_MS)
  t.match(await errorOf(response), { status, code, data: { finding }, wellFormed: true }, fault)
  t.ok(elapsedMs - starvedMs < 2500, `${fault}: within 2.5 s`)
  t.notMatch(text, FOREIGN, `${fault}: nothing foreign in the answer`)
  t.notMatch(bridge.log.join(''), FOREIGN, `${fault}: nothing foreign in the log`)
  if (retryAfter) t.match(response.headers.get('retry-after'), retryAfter, `${fault}: Retry-After`)
  bridge.docspace.fail(undefined)
  const asked = bridge.docspace.calls.length
  const next = await bridge.call('everything')
  if (REMEMBERED.has(finding)) {
    t.equal(next.status, status, `${fault}: a refusal is believed for a while`)
    t.equal(bridge.docspace.calls.length, asked, `${fault}: and not asked for again`)
  } else {
    t.equal(next.status, 200, `${fault}: recovered`)
  }
}

export { startBridge }
