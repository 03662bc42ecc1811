// For every operation and every status that openapi.yaml documents: a real request that provokes it.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Fault } from '../../src/devkit/docspace-faults.ts'
import { scenarioNames } from '../../src/devkit/docspace-scenarios.ts'
import { type Bridge, type BridgeOptions, startBridge } from '../helpers/bridge.ts'
import { startBrokenApp } from '../helpers/broken-app.ts'

/** How the requests of a case travel: starts a service, and rewrites URLs on their way. */
export interface Route {
  start(options?: BridgeOptions): Promise<Bridge>
  startBroken(): Promise<string>
}

/** Makes the requests; each answer must have the status that the case stands for. */
export type Case = (route: Route) => Promise<Response[]>

/** The way to the service in a test, straight or as `reach` says. */
export function routeOf(t: Test, reach: (url: string) => string = url => url): Route {
  return {
    start: options => startBridge(t, { ...options, reach }),
    startBroken: async () => reach(await startBrokenApp(t))
  }
}

const MANAGEMENT = { token: 'a-token-for-tests' }

async function whileFailing({ start }: Route, ...faults: Fault[]): Promise<Response[]> {
  const { call, docspace } = await start({ docspace: { deadline: '400ms' } })
  const answers: Response[] = []
  for (const fault of faults) {
    docspace.fail(fault)
    answers.push(await call('create-room'))
  }
  return answers
}

async function openApiDocument({ start }: Route, token: string): Promise<Response> {
  const { get } = await start({ management: MANAGEMENT })
  return get('management', 'openapi.yaml', { headers: { authorization: `Bearer ${token}` } })
}

/** By `operationId status`. */
export const cases: Record<string, Case> = {
  'getLiveness 200': async ({ start }) => {
    const { get } = await start({ management: MANAGEMENT })
    return [await get('public', 'health/live'), await get('management', 'health/live')]
  },
  'getQuotaInfo 200': async ({ start }) => {
    const { call, docspace } = await start({ actions: { off: { provider: 'docspace', enforced: false } } })
    const answers = [await call('send-email'), await call('off')]
    for (const scenario of scenarioNames) {
      docspace.load(scenario)
      for (const action of ['create-room', 'upload-file', 'everything']) answers.push(await call(action))
    }
    return answers
  },
  'getQuotaInfo 400': async ({ start }) => [
    await (await start()).call('create-room', payload => ({ ...payload, data: {} }))
  ],
  'getQuotaInfo 401': async ({ start }) => {
    const { call, post } = await start()
    return [await post('hello'), await call('create-room', payload => ({ ...payload, iss: 'example.com' }))]
  },
  'getQuotaInfo 404': async ({ start }) => [await (await start()).call('delete-room')],
  'getQuotaInfo 413': async ({ start }) => [await (await start()).post('a'.repeat(70_000))],
  'getQuotaInfo 429': async ({ start }) => {
    const { call, docspace } = await start({ server: { maxConcurrentCalls: 1 } })
    docspace.delayMs = 300
    const first = call('create-room')
    while (docspace.calls.length === 0) await sleep(5)
    const second = await call('create-room')
    await (await first).text()
    return [second]
  },
  'getQuotaInfo 500': async ({ startBroken }) => [await fetch(await startBroken(), { method: 'POST', body: 'x' })],
  'getQuotaInfo 502': route => whileFailing(route, 'bad-key', 'portal-removed', 'html', 'huge'),
  'getQuotaInfo 503': route => whileFailing(route, 'status-503', 'status-429', 'reset'),
  'getQuotaInfo 504': route => whileFailing(route, 'hang'),
  'getApiDocument 200': async route => [await openApiDocument(route, MANAGEMENT.token)],
  'getApiDocument 401': async route => [await openApiDocument(route, 'another-token')]
}
