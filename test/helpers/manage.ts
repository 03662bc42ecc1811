// A service with connections per site, and its management API at hand.
import type { Test } from 'tap'
import { type Bridge, type BridgeOptions, MANAGEMENT_TOKEN, startBridge } from './bridge.ts'

export interface ManagedBridge extends Bridge {
  storeUrl: string
  /** A request to the management API, with its token. */
  manage(method: string, path: string, body?: unknown): Promise<Response>
  /** A quota call as a site makes it. */
  ask(instanceId: string | undefined, actionKey?: string): Promise<Response>
  /** Saves a site's connection, without asking the provider. */
  connect(instanceId: string, connection: object): Promise<Response>
}

export async function startManagedBridge(
  t: Pick<Test, 'teardown'> & Partial<Pick<Test, 'testdir'>>,
  options: BridgeOptions = {}
): Promise<ManagedBridge> {
  // A test's folder is emptied each time it is asked for.
  const store = options.store ?? { url: `file:${t.testdir?.()}/data/quota-bridge.db` }
  const bridge = await startBridge(t, { management: { token: MANAGEMENT_TOKEN }, ...options, store })
  const manage = (method: string, path: string, body?: unknown) =>
    bridge.get('management', path, {
      method,
      headers: { authorization: `Bearer ${MANAGEMENT_TOKEN}` },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) })
    })
  return {
    ...bridge,
    storeUrl: store.url,
    manage,
    ask: (instanceId, actionKey = 'site-room') =>
      bridge.call(actionKey, payload => ({
        ...payload,
        data: { request: { actionKey }, metadata: instanceId === undefined ? {} : { instanceId } }
      })),
    connect: (instanceId, connection) =>
      manage('PUT', `v1/connections/sites/${encodeURIComponent(instanceId)}?check=false`, connection)
  }
}
