// A service with the page for connecting sites, and a person who comes to it by either way.
import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { type BridgeOptions, bodyOf, sharedWix } from './bridge.ts'
import { movableClock } from './clock.ts'
import { startManagedBridge } from './manage.ts'

export const APP_SECRET = 'an-app-secret-for-tests'
export const SITE = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'

export type ConnectBridge = Awaited<ReturnType<typeof startConnectBridge>>

export async function startConnectBridge(
  t: Pick<Test, 'teardown'> & Partial<Pick<Test, 'testdir'>>,
  options: BridgeOptions = {}
) {
  const clock = movableClock()
  const bridge = await startManagedBridge(t, {
    now: clock.now,
    server: { publicUrl: 'https://quota.example.com' },
    connect: { page: true },
    ...options,
    // On a machine that is busy with other tests a person waits too.
    sites: { deadline: '5s', ...options.sites },
    wix: { appSecret: APP_SECRET, ...options.wix }
  })

  const instance = (change: Record<string, unknown> = {}, secret = APP_SECRET) =>
    signedInstance(clock.now(), change, secret)

  // Where many tests run at once a start takes its time, and a service that is late refuses calls.
  while ((await bridge.get('public', 'connect')).status === 503) await sleep(100)

  /** The answer to a quota call of a site, as its reader gets it. */
  async function answerTo(site = SITE, language = 'en') {
    const { actionQuotaInfo } = await bodyOf(
      await bridge.call('site-room', payload => ({
        ...payload,
        data: { request: { actionKey: 'site-room' }, metadata: { instanceId: site, languages: [language] } }
      }))
    )
    return actionQuotaInfo.quotaInfo[0]
  }

  return {
    ...bridge,
    clock,
    instance,
    answerTo,
    /** The token behind the button of a site that is not connected. */
    async token(site = SITE, language = 'en'): Promise<string> {
      const { url = 'http://none' } = (await answerTo(site, language))?.upgradeCta ?? {}
      return new URL(url).searchParams.get('token') ?? ''
    },
    /** Opens the page. */
    open: (query: Record<string, string>, headers: Record<string, string> = {}) =>
      bridge.get('public', `connect?${new URLSearchParams(query)}`, { headers }),
    /** Sends a form of it. */
    send: (form: Record<string, string>, headers: Record<string, string> = {}) =>
      bridge.get('public', 'connect', { method: 'POST', body: new URLSearchParams(form), headers }),
    /** What is saved of a site. */
    saved: async (site = SITE) => {
      const answer = await bridge.manage('GET', `v1/connections/sites/${site}`)
      return answer.status === 404 ? undefined : JSON.parse(await answer.text())
    }
  }
}

/** What Wix would tell the app's page in its dashboard at a time, in milliseconds since 1970, signed. */
export function signedInstance(at: number, change: Record<string, unknown> = {}, secret = APP_SECRET): string {
  const told = {
    instanceId: SITE,
    appDefId: sharedWix.appId,
    signDate: new Date(at).toISOString(),
    uid: '6a5d1c0e-0000-4000-8000-00000000de40',
    permissions: 'OWNER',
    vendorProductId: null,
    ...change
  }
  const data = Buffer.from(JSON.stringify(told)).toString('base64url')
  return `${createHmac('sha256', secret).update(data).digest('base64url')}.${data}`
}

/** The form's fields of a portal. */
export function portalFields(url: string, apiKey: string): Record<string, string> {
  return { do: 'save', 'field.url': url, 'field.apiKey': apiKey }
}
