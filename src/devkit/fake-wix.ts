// A Wix of our own: holds a key pair, signs calls as Wix does, and makes them.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { CompactSign } from 'jose'

/** Wix's samples live this long. */
const LIFETIME_SECONDS = 3_600_000

export interface FakeWixOptions {
  appId?: string
  /** An earlier key pair, so that calls from another process fit. */
  privateKeyPem?: string
  /** Milliseconds since 1970. */
  now?: () => number
}

/** The methods of an action that Wix publishes, as its dashboard calls them, and where they lie below the base URI. */
export const methods = {
  'quota-info': '/v1/quota-info',
  invoke: '/v1/invoke',
  'validate-configuration': '/v1/validate-configuration'
}
export type Method = keyof typeof methods

export interface FakeCall {
  actionKey: string
  /** What a method asks beside the action key. */
  request?: object
  instanceId?: string
  languages?: readonly string[]
}

export interface FakeWix {
  appId: string
  publicKeyPem: string
  privateKeyPem: string
  /** The payload of a call, as Wix's samples show it. */
  payload(call: FakeCall): Record<string, unknown>
  /** Any payload as a compact JWS; the header may be bent for tests. */
  sign(payload: unknown, header?: Record<string, unknown>): Promise<string>
  /** Signs and sends a call of a method, or else a quota call, to a base URI. */
  ask(baseUri: string, call: FakeCall, method?: Method): Promise<Response>
  /** Signs an app event and posts it to an address, as the dashboard's webhooks do. */
  tell(address: string, event: { eventType: string; instanceId: string }): Promise<Response>
}

/** Wix's own client says no more; where it is led elsewhere, its call ends. */
const SENT = {
  method: 'POST',
  headers: { 'content-type': 'text/plain; charset=utf-8', 'user-agent': 'Wix' },
  redirect: 'manual'
} as const

export function createFakeWix({ appId = randomUUID(), privateKeyPem, now = Date.now }: FakeWixOptions = {}): FakeWix {
  const privateKey = privateKeyPem
    ? createPrivateKey(privateKeyPem)
    : generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const wix: FakeWix = {
    appId,
    publicKeyPem: exportPem(createPublicKey(privateKey), 'spki'),
    privateKeyPem: exportPem(privateKey, 'pkcs8'),
    payload({ actionKey, request, instanceId = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11', languages = ['en-US'] }) {
      const seconds = Math.floor(now() / 1000)
      return {
        data: {
          request: { actionKey, ...request },
          metadata: {
            requestId: `${seconds}.${Math.floor(Math.random() * 1e17)}`,
            instanceId,
            appExtensionType: 'AUTOMATIONS_ACTION_PROVIDER',
            languages,
            identity: { identityType: 'APP', appId }
          }
        },
        aud: appId,
        iss: 'wix.com',
        iat: seconds,
        exp: seconds + LIFETIME_SECONDS
      }
    },
    sign(payload, header = { alg: 'RS256' }) {
      const bytes = new TextEncoder().encode(JSON.stringify(payload))
      return new CompactSign(bytes).setProtectedHeader({ alg: 'RS256', ...header }).sign(privateKey)
    },
    async ask(baseUri, call, method = 'quota-info') {
      return fetch(methodUrl(baseUri, method), { ...SENT, body: await wix.sign(wix.payload(call)) })
    },
    async tell(address, event) {
      const seconds = Math.floor(now() / 1000)
      const payload = { data: JSON.stringify({ ...event, data: '{}' }), iat: seconds, exp: seconds + LIFETIME_SECONDS }
      return fetch(address, { ...SENT, body: await wix.sign(payload) })
    }
  }
  return wix
}

/** Where Wix calls: it puts its own path behind whatever the dashboard says, slash or not. */
export function methodUrl(baseUri: string, method: Method): string {
  return `${baseUri}${methods[method]}`
}

/** Where Wix asks for quotas. */
export function quotaInfoUrl(baseUri: string): string {
  return methodUrl(baseUri, 'quota-info')
}

function exportPem(key: KeyObject, type: 'spki' | 'pkcs8'): string {
  return String(key.export({ type, format: 'pem' }))
}
