// For every operation and every status that openapi.yaml documents: a real request that provokes it.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Fault } from '../../src/devkit/docspace-faults.ts'
import { scenarioNames } from '../../src/devkit/docspace-scenarios.ts'
import { SignInLink } from '../../src/management/sign-in.ts'
import { SAMPLE_STATES } from '../../src/preview/states.ts'
import { Value } from '../../src/schema.ts'
import { appEvent } from '../helpers/app-event.ts'
import { type Bridge, type BridgeOptions, bodyOf, startBridge } from '../helpers/bridge.ts'
import { startBrokenApp } from '../helpers/broken-app.ts'
import { startTarget, type Target } from '../helpers/target.ts'
import { connectCases, connecting } from './connect-cases.ts'

/** How the requests of a case travel: starts a service, and rewrites URLs on their way. */
export interface Route {
  start(options?: BridgeOptions): Promise<Bridge>
  startBroken(): Promise<string>
  /** The maker's own server, for `forward`. */
  startTarget(options?: Parameters<typeof startTarget>[1]): Promise<Target>
  /** With connections per site; the database may be lost after the start. */
  startManaged(fate?: 'database lost'): Promise<Bridge & { storeFile: string }>
}

/** Makes the requests; each answer must have the status that the case stands for. */
export type Case = (route: Route) => Promise<Response[]>

/** The way to the service in a test, straight or as `reach` says. */
export function routeOf(t: Test, reach: (url: string) => string = url => url): Route {
  return {
    start: options => startBridge(t, { ...options, reach }),
    startBroken: async () => reach(await startBrokenApp(t)),
    startTarget: options => startTarget(t, options),
    async startManaged(fate) {
      const file = join(t.testdir(), 'quota-bridge.db')
      const bridge = await startBridge(t, {
        store: { url: `file:${file}` },
        management: MANAGEMENT,
        server: { publicUrl: 'https://quota.example.com' },
        ...connecting,
        reach
      })
      if (fate) rmSync(file)
      return { ...bridge, storeFile: file }
    }
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

async function managed(
  route: Route,
  method: string,
  path: string,
  body?: unknown,
  token = MANAGEMENT.token
): Promise<Response> {
  return manageOf(await route.startManaged())(method, path, body, token)
}

/** Requests to the management API, with its token. */
export const manageOf =
  ({ get }: Bridge) =>
  (method: string, path: string, body?: unknown, token = MANAGEMENT.token) =>
    get('management', path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) })
    })

const SITE = 'v1/connections/sites/8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
const SHARED = 'v1/connections/docspace/shared/check'
const RELOAD = 'v1/config/reload'
const PREVIEW = 'v1/preview'
const PREVIEWED = { action: 'everything', language: 'de' }
const NOBODY = 'v1/connections/nobody/8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'

async function pageOf({ start }: Route, path: string): Promise<Response> {
  return (await start({ management: MANAGEMENT })).get('management', path)
}

/** A service on which one site is connected, and what it saved. */
async function connected(route: Route) {
  const bridge = await route.startManaged()
  const connection = { url: bridge.docspace.url, apiKey: bridge.docspace.portal.keys.owner }
  const manage = manageOf(bridge)
  return { bridge, connection, manage, created: await manage('PUT', SITE, connection) }
}

/** The same request to a service whose database has gone. */
async function withoutDatabase(route: Route, method: string, path: string, body?: unknown): Promise<Response[]> {
  const bridge = await route.startManaged('database lost')
  return [await manageOf(bridge)(method, path, body)]
}

/** Where the upgrade button leads, within this service. */
async function upgradeLink({ call }: Bridge, action: string): Promise<string> {
  const { actionQuotaInfo } = await bodyOf(await call(action))
  return new URL(actionQuotaInfo.quotaInfo[0]?.upgradeCta?.url ?? 'http://none').pathname.slice(1)
}

async function followUpgrade(bridge: Bridge): Promise<Response> {
  return bridge.get('public', await upgradeLink(bridge, 'upload-file'), { redirect: 'manual' })
}

async function openApiDocument({ start }: Route, token: string): Promise<Response> {
  const { get } = await start({ management: MANAGEMENT })
  return get('management', 'openapi.yaml', { headers: { authorization: `Bearer ${token}` } })
}

/** The cases of a method that is passed on. */
function forwarded(operationId: string, path: string): Record<string, Case> {
  const post = ({ get, wix }: Bridge, body?: string) =>
    wix
      .sign(wix.payload({ actionKey: 'send-email' }))
      .then(signed =>
        get('public', path, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: body ?? signed })
      )
  return {
    [`${operationId} default`]: async ({ start, startTarget }) => {
      const answers: Response[] = []
      for (const status of [200, 299, 418]) {
        const { url } = await startTarget({
          answer: (_request, response) => response.writeHead(status, { 'content-type': 'text/plain' }).end('hello')
        })
        answers.push(await post(await start({ forward: { to: url } })))
      }
      return answers
    },
    [`${operationId} 404`]: async ({ start }) => [await post(await start())],
    [`${operationId} 413`]: async ({ start, startTarget }) => {
      const { url } = await startTarget()
      return [await post(await start({ forward: { to: url, maxBodySize: '1KiB' } }), 'a'.repeat(1025))]
    },
    [`${operationId} 429`]: async ({ start, startTarget }) => {
      const target = await startTarget({ answer: (_request, response) => setTimeout(() => response.end(), 300) })
      const bridge = await start({ forward: { to: target.url, maxConcurrentCalls: 1 } })
      const first = post(bridge)
      while (target.seen.length === 0) await sleep(5)
      const second = await post(bridge)
      await (await first).text()
      return [second]
    },
    [`${operationId} 502`]: async ({ start }) => [await post(await start({ forward: { to: 'http://127.0.0.1:9' } }))],
    [`${operationId} 504`]: async ({ start, startTarget }) => {
      const { url } = await startTarget({ answer: () => {} })
      return [await post(await start({ forward: { to: url, timeout: '100ms' } }))]
    }
  }
}

/** Cases whose request itself is not as the document says, so that a validating proxy refuses it before the server can. */
export const brokenRequests: ReadonlySet<string> = new Set([
  'putConnection 400',
  'getConnection 400',
  'deleteConnection 400',
  'checkConnection 400',
  'checkSharedConnection 400',
  'refreshConnection 400',
  'putLogLevel 400',
  'putLogLevel 413',
  'previewQuotaInfo 400',
  'previewQuotaInfo 413',
  'redeemConnectToken 400',
  'redeemConnectToken 413'
])

/** Prism follows a redirect by itself instead of handing it on. */
export const notProxied: ReadonlySet<string> = new Set(['getUpgrade 303'])

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
  ...forwarded('invoke', 'v1/invoke'),
  ...forwarded('validateConfiguration', 'v1/validate-configuration'),
  'getReadiness 200': async ({ startManaged }) => [await (await startManaged()).get('management', 'health/ready')],
  'getReadiness 503': async ({ startManaged }) => [
    await (await startManaged('database lost')).get('management', 'health/ready')
  ],
  'postAppEvent 200': async ({ startManaged }) => {
    const { get } = await startManaged()
    const body = await appEvent({ eventType: 'AppRemoved', instanceId: 'site' })
    return [await get('public', 'v1/app-events', { method: 'POST', body })]
  },
  'postAppEvent 400': async ({ start }) => [
    await (await start()).get('public', 'v1/app-events', { method: 'POST', body: await appEvent({}) })
  ],
  'postAppEvent 401': async ({ start }) => [
    await (await start()).get('public', 'v1/app-events', { method: 'POST', body: 'hello' })
  ],
  'postAppEvent 413': async ({ start }) => [
    await (await start()).get('public', 'v1/app-events', { method: 'POST', body: 'a'.repeat(70_000) })
  ],
  'postAppEvent 503': async ({ startManaged }) => {
    const { get } = await startManaged('database lost')
    const body = await appEvent({ eventType: 'AppRemoved', instanceId: 'site' })
    return [await get('public', 'v1/app-events', { method: 'POST', body })]
  },
  'putConnection 200': async route => {
    const { manage, connection } = await connected(route)
    return [await manage('PUT', SITE, connection), await manage('PUT', `${SITE}?check=false`, connection)]
  },
  'putConnection 201': async route => [(await connected(route)).created],
  'putConnection 400': async route => [await managed(route, 'PUT', `v1/connections/sites/${'a'.repeat(300)}`, {})],
  'putConnection 401': async route => [await managed(route, 'PUT', SITE, {}, 'another-token')],
  'putConnection 404': async route => [await managed(route, 'PUT', NOBODY, {})],
  'putConnection 409': async route => {
    const { bridge, manage, connection } = await connected(route)
    bridge.docspace.delayMs = 400
    bridge.docspace.calls.length = 0
    const saving = manage('PUT', SITE, connection)
    while (bridge.docspace.calls.length === 0) await sleep(5)
    const body = await appEvent({ eventType: 'AppRemoved', instanceId: SITE.split('/').at(-1) })
    // Straight there: a proxy in between leads one call at a time.
    await fetch(`${bridge.service.publicUrl}v1/app-events`, { method: 'POST', body })
    return [await saving]
  },
  'putConnection 413': async route => [await managed(route, 'PUT', SITE, { apiKey: 'a'.repeat(17_000) })],
  'putConnection 422': async route => {
    const { manage, connection } = await connected(route)
    return [await manage('PUT', SITE, {}), await manage('PUT', SITE, { ...connection, apiKey: 'sk-fake-unknown-key' })]
  },
  'putConnection 503': route =>
    withoutDatabase(route, 'PUT', `${SITE}?check=false`, { url: 'https://acme.onlyoffice.com', apiKey: 'sk-fake-key' }),
  'getConnection 200': async route => [await (await connected(route)).manage('GET', SITE)],
  'getConnection 400': async route => [await managed(route, 'GET', `v1/connections/sites/${'a'.repeat(300)}`)],
  'getConnection 401': async route => [await managed(route, 'GET', SITE, undefined, 'another-token')],
  'getConnection 404': async route => [await managed(route, 'GET', SITE), await managed(route, 'GET', NOBODY)],
  'getConnection 503': route => withoutDatabase(route, 'GET', SITE),
  'deleteConnection 204': async route => [await (await connected(route)).manage('DELETE', SITE)],
  'deleteConnection 400': async route => [await managed(route, 'DELETE', `v1/connections/sites/${'a'.repeat(300)}`)],
  'deleteConnection 401': async route => [await managed(route, 'DELETE', SITE, undefined, 'another-token')],
  'deleteConnection 404': async route => [await managed(route, 'DELETE', SITE)],
  'deleteConnection 503': route => withoutDatabase(route, 'DELETE', SITE),
  'checkConnection 200': async route => {
    const { bridge, manage } = await connected(route)
    const good = await manage('POST', `${SITE}/check`)
    bridge.docspace.fail('bad-key')
    return [good, await manage('POST', `${SITE}/check`)]
  },
  'checkConnection 400': async route => [await managed(route, 'POST', `v1/connections/sites/${'a'.repeat(300)}/check`)],
  'checkConnection 401': async route => [await managed(route, 'POST', `${SITE}/check`, undefined, 'another-token')],
  'checkConnection 404': async route => [await managed(route, 'POST', `${SITE}/check`)],
  'checkConnection 503': route => withoutDatabase(route, 'POST', `${SITE}/check`),
  'checkSharedConnection 200': async route => {
    const { bridge, manage, connection } = await connected(route)
    await manage('PUT', 'v1/connections/sites/shared', connection)
    const answers = [await manage('POST', SHARED), await manage('POST', 'v1/connections/sites/shared/check')]
    bridge.docspace.fail('bad-key')
    return [...answers, await manage('POST', SHARED)]
  },
  'checkSharedConnection 400': async route => [
    await managed(route, 'POST', `v1/connections/${'a'.repeat(129)}/shared/check`)
  ],
  'checkSharedConnection 401': async route => [await managed(route, 'POST', SHARED, undefined, 'another-token')],
  'checkSharedConnection 404': async route => [
    await managed(route, 'POST', 'v1/connections/nobody/shared/check'),
    await managed(route, 'POST', 'v1/connections/sites/shared/check')
  ],
  'checkSharedConnection 503': route => withoutDatabase(route, 'POST', 'v1/connections/sites/shared/check'),
  'refreshConnection 204': async route => [await (await connected(route)).manage('POST', `${SITE}/refresh`)],
  'refreshConnection 400': async route => [
    await managed(route, 'POST', `v1/connections/sites/${'a'.repeat(300)}/refresh`)
  ],
  'refreshConnection 401': async route => [await managed(route, 'POST', `${SITE}/refresh`, undefined, 'another-token')],
  'refreshConnection 404': async route => [await managed(route, 'POST', `${SITE}/refresh`)],
  'refreshConnection 503': route => withoutDatabase(route, 'POST', `${SITE}/refresh`),
  ...connectCases,
  'getUpgrade 303': async route => [await followUpgrade(await route.startManaged())],
  'getUpgrade 404': async route => {
    const { get } = await route.startManaged()
    return [
      await get('public', 'v1/upgrade/nonsense', { headers: { accept: 'text/html', 'accept-language': 'ar' } }),
      await get('public', 'v1/upgrade/nonsense', { headers: { accept: 'application/json' } })
    ]
  },
  'getUpgrade 503': async route => {
    const bridge = await route.startManaged()
    await manageOf(bridge)('PUT', `${SITE}?check=false`, {
      url: bridge.docspace.url,
      apiKey: bridge.docspace.portal.keys.owner
    })
    const link = await upgradeLink(bridge, 'site-room')
    await manageOf(bridge)('PUT', `${SITE}?check=false`, {
      url: bridge.docspace.url,
      apiKey: bridge.docspace.portal.keys.owner
    })
    rmSync(bridge.storeFile)
    return Promise.all(
      ['text/html', 'application/json'].map(accept =>
        bridge.get('public', link, { redirect: 'manual', headers: { accept } })
      )
    )
  },
  'listConnections 200': async route => {
    const { manage, connection } = await connected(route)
    await manage('PUT', 'v1/connections/sites/another', connection)
    return [
      await manage('GET', 'v1/connections'),
      await manage('GET', 'v1/connections?limit=1&health=ok&provider=sites')
    ]
  },
  'listConnections 400': async route => [await managed(route, 'GET', 'v1/connections?cursor=nonsense')],
  'listConnections 401': async route => [await managed(route, 'GET', 'v1/connections', undefined, 'another-token')],
  'listConnections 503': route => withoutDatabase(route, 'GET', 'v1/connections'),
  'listAudit 200': async route => [await (await connected(route)).manage('GET', 'v1/audit')],
  'listAudit 400': async route => [await managed(route, 'GET', 'v1/audit?cursor=nonsense')],
  'listAudit 401': async route => [await managed(route, 'GET', 'v1/audit', undefined, 'another-token')],
  'listAudit 503': route => withoutDatabase(route, 'GET', 'v1/audit'),
  'getApiDocument 200': async route => [await openApiDocument(route, MANAGEMENT.token)],
  'getApiDocument 401': async route => [await openApiDocument(route, 'another-token')],
  'reloadConfiguration 200': async ({ start }) => {
    const bridge = await start({ management: MANAGEMENT })
    bridge.rewrite({ presentation: { language: 'de' } })
    return [await manageOf(bridge)('POST', RELOAD), await manageOf(bridge)('POST', RELOAD)]
  },
  'reloadConfiguration 401': async route => [await managed(route, 'POST', RELOAD, undefined, 'another-token')],
  'reloadConfiguration 409': async ({ start }) => {
    const bridge = await start({ management: MANAGEMENT })
    bridge.rewrite({ server: { grace: '1s' } })
    return [await manageOf(bridge)('POST', RELOAD)]
  },
  'reloadConfiguration 422': async ({ start }) => {
    const bridge = await start({ management: MANAGEMENT })
    bridge.rewrite('wix: {}')
    return [await manageOf(bridge)('POST', RELOAD)]
  },
  'getLogLevel 200': async route => [await managed(route, 'GET', 'v1/log-level')],
  'getLogLevel 401': async route => [await managed(route, 'GET', 'v1/log-level', undefined, 'another-token')],
  'putLogLevel 200': async route => [await managed(route, 'PUT', 'v1/log-level', { level: 'warn' })],
  'putLogLevel 400': async route => [await managed(route, 'PUT', 'v1/log-level', { level: 'loud' })],
  'putLogLevel 401': async route => [await managed(route, 'PUT', 'v1/log-level', { level: 'warn' }, 'another-token')],
  'putLogLevel 413': async route => [await managed(route, 'PUT', 'v1/log-level', { level: 'a'.repeat(17_000) })],
  'getMetrics 200': async route => [await managed(route, 'GET', 'metrics')],
  'getMetrics 401': async route => [await managed(route, 'GET', 'metrics', undefined, 'another-token')],
  'getPreviewPage 200': async route => [await pageOf(route, 'preview')],
  'getConnectionsPage 200': async route => [await pageOf(route, 'connections')],
  'getAuditPage 200': async route => [await pageOf(route, 'audit')],
  'getPageFile 200': async route => [
    await pageOf(route, 'pages/style.css'),
    await pageOf(route, 'pages/main.ts'),
    await pageOf(route, 'pages/api.ts')
  ],
  'getPageFile 404': async route => [await pageOf(route, 'pages/secrets.ts')],
  'getPreviewChoices 200': async route => [await managed(route, 'GET', PREVIEW)],
  'getPreviewChoices 401': async route => [await managed(route, 'GET', PREVIEW, undefined, 'another-token')],
  'previewQuotaInfo 200': async route => {
    const manage = manageOf(await route.startManaged())
    const asked = [{}, ...SAMPLE_STATES.map(state => ({ state }))]
    return Promise.all(asked.map(more => manage('POST', PREVIEW, { ...PREVIEWED, ...more })))
  },
  'previewQuotaInfo 400': async route => [await managed(route, 'POST', PREVIEW, { ...PREVIEWED, state: 'happy' })],
  'previewQuotaInfo 401': async route => [await managed(route, 'POST', PREVIEW, PREVIEWED, 'another-token')],
  'previewQuotaInfo 404': async route => [await managed(route, 'POST', PREVIEW, { ...PREVIEWED, action: 'nobodys' })],
  'previewQuotaInfo 413': async route => [
    await managed(route, 'POST', PREVIEW, { ...PREVIEWED, site: 'a'.repeat(17_000) })
  ],
  'makeSignInLink 201': async route => [await managed(route, 'POST', 'v1/sign-in-links')],
  'makeSignInLink 401': async route => [await managed(route, 'POST', 'v1/sign-in-links', undefined, 'another-token')],
  'openSession 201': async route => {
    const manage = manageOf(await route.startManaged())
    const { code } = Value.Parse(SignInLink, await (await manage('POST', 'v1/sign-in-links')).json())
    return [await manage('POST', 'v1/sessions', undefined, code)]
  },
  'openSession 401': async route => [await managed(route, 'POST', 'v1/sessions')],
  ...afterManyWrongTokens({
    getPreviewChoices: ['GET', PREVIEW],
    previewQuotaInfo: ['POST', PREVIEW, PREVIEWED],
    makeSignInLink: ['POST', 'v1/sign-in-links'],
    openSession: ['POST', 'v1/sessions'],
    putConnection: ['PUT', SITE, {}],
    getConnection: ['GET', SITE],
    deleteConnection: ['DELETE', SITE],
    checkConnection: ['POST', `${SITE}/check`],
    checkSharedConnection: ['POST', SHARED],
    refreshConnection: ['POST', `${SITE}/refresh`],
    listConnections: ['GET', 'v1/connections'],
    listAudit: ['GET', 'v1/audit'],
    reloadConfiguration: ['POST', RELOAD],
    getLogLevel: ['GET', 'v1/log-level'],
    putLogLevel: ['PUT', 'v1/log-level', { level: 'warn' }],
    getApiDocument: ['GET', 'openapi.yaml'],
    getMetrics: ['GET', 'metrics'],
    redeemConnectToken: ['POST', 'v1/connect-tokens/redeem', { token: 'x' }]
  })
}

/** Of each operation the case in which its caller has tried too many tokens. */
function afterManyWrongTokens(operations: Record<string, [method: string, path: string, body?: unknown]>) {
  const caseOf = ([method, path, body]: [string, string, unknown?]): Case => {
    return async route => {
      const manage = manageOf(await route.startManaged())
      for (let tries = 0; tries < 20; tries++) await manage('GET', 'v1/audit', undefined, `wrong-token-${tries}`)
      return [await manage(method, path, body)]
    }
  }
  return Object.fromEntries(Object.entries(operations).map(([name, request]) => [`${name} 429`, caseOf(request)]))
}
