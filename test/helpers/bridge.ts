// A whole service on real sockets, between a fake Wix and a fake DocSpace, closed with its test.
import type { Test } from 'tap'
import { type Service, startService } from '../../src/app.ts'
import { type Configuration, readConfiguration } from '../../src/config/load.ts'
import { configuredSecrets } from '../../src/config/secrets.ts'
import type { ScenarioName } from '../../src/devkit/docspace-scenarios.ts'
import { type FakeDocSpace, startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'
import { createFakeWix, type FakeWix, quotaInfoUrl } from '../../src/devkit/fake-wix.ts'
import { createLogger } from '../../src/logging.ts'
import { openTracing } from '../../src/observe/tracing.ts'
import { adapters } from '../../src/providers/index.ts'
import type { Tries } from '../../src/webhooks/delivery.ts'
import type { QuotaInfoAnswer } from '../../src/wix/contract.ts'
import { logSink } from './log-sink.ts'

/** The day on which the samples were recorded. */
export const TODAY = new Date('2026-11-22T12:00:00Z')
/** Of no use anywhere else: it says so itself. */
export const ENCRYPTION_KEY = Buffer.from('a key for tests, of 32 bytes ...').toString('base64')
export const MANAGEMENT_TOKEN = 'a-token-for-tests'
/** Most tests are about what DocSpace holds now; those about freshness say so. */
const NOTHING_KEPT = { freshFor: '0s', keepFor: '0s', patience: '0s' }
/** Nor about calls that nobody made: a connection that was saved without a check is soon checked in the background. */
const NEVER_CHECKED_AGAIN = { recheck: '0s' }
const UNCHECKED = { checkOnStart: false, ...NEVER_CHECKED_AGAIN }
const clock = () => TODAY.getTime()

/** RSA keys take long to find; calls signed by one Wix do for all tests of a file. */
export const sharedWix = createFakeWix({ now: clock })

export interface Bridge {
  service: Service
  /** A request to a path of one of the listeners. */
  get(listener: 'public' | 'management', path: string, init?: RequestInit): Promise<Response>
  wix: FakeWix
  docspace: FakeDocSpace
  /** Every line of the log, as text. */
  log: string[]
  /** A body as it is, to the quota path. */
  post(body: string | Uint8Array, headers?: Record<string, string>): Promise<Response>
  /** Puts another file in the place of the configuration's: as it is, or with other sections. */
  rewrite(file: string | BridgeOptions): void
  /** A signed call, with a payload changed on the way. */
  call(actionKey: string, change?: (payload: Record<string, unknown>) => unknown): Promise<Response>
}

export interface BridgeOptions {
  scenario?: ScenarioName
  /** Added to the sections of the configuration below. */
  wix?: object
  server?: object
  forward?: object
  management?: object
  webhooks?: object[]
  connect?: object
  /** How often a webhook is tried. */
  tries?: Tries
  presentation?: object
  docspace?: object
  /** Turns connections per site on: the provider `sites`, and the action `site-room` that asks it. */
  store?: { url: string; encryptionKeys?: string[] }
  connectUrl?: string
  sites?: object
  /** Names of the static provider. */
  newsletter?: { plan: object; quota: object }
  actions?: object
  /** Further providers, or others in the place of those below. */
  providers?: object
  /** The same DocSpace as another service's. */
  sharing?: FakeDocSpace
  apiKey?: (fake: FakeDocSpace) => string
  url?: string
  now?: () => number
  /** Starts also on a store under other keys. */
  force?: boolean
  logLevel?: string
  /** Traces as the environment of this process says. */
  traced?: boolean
  /** Where a URL of the service is really asked, such as through a proxy; asked anew for each request. */
  reach?: (url: string) => string
}

export async function startBridge(t: Pick<Test, 'teardown'>, options: BridgeOptions = {}): Promise<Bridge> {
  const wix = sharedWix
  const docspace = options.sharing ?? (await startFakeDocSpace(options.scenario, clock))
  if (!options.sharing) t.teardown(() => docspace.close())
  const written = (options: BridgeOptions) => ({
    wix: { appId: wix.appId, publicKey: wix.publicKeyPem, ...options.wix },
    server: { host: '127.0.0.1', port: 0, ...options.server },
    ...(options.forward && { forward: options.forward }),
    ...(options.management && { management: { port: 0, ...options.management } }),
    ...(options.store && { store: { encryptionKeys: [ENCRYPTION_KEY], ...options.store } }),
    ...(options.connect && { connect: options.connect }),
    ...(options.webhooks && { webhooks: options.webhooks }),
    presentation: { ...options.presentation },
    providers: {
      docspace: {
        type: 'docspace',
        connection: {
          url: options.url ?? docspace.url,
          apiKey: options.apiKey?.(docspace) ?? docspace.portal.keys.owner
        },
        allowedHosts: ['127.0.0.1', 'localhost'],
        allowPrivateHosts: true,
        ...NOTHING_KEPT,
        ...UNCHECKED,
        ...options.docspace
      },
      ...(options.store && {
        sites: {
          type: 'docspace',
          connection: 'per-site',
          allowedHosts: ['127.0.0.1', '*.onlyoffice.com'],
          allowPrivateHosts: true,
          ...NOTHING_KEPT,
          ...NEVER_CHECKED_AGAIN,
          ...(options.connectUrl && { connectUrl: options.connectUrl }),
          ...options.sites
        }
      }),
      newsletter: {
        type: 'static',
        groups: [
          {
            plans: [{ id: 'free', name: options.newsletter?.plan ?? 'Free' }],
            quotas: [
              {
                feature: 'emails',
                name: options.newsletter?.quota ?? 'Emails sent',
                used: 346,
                limit: 500,
                renewsAt: '2027-01-12T00:00:00Z'
              }
            ],
            upgradeUrl: 'https://example.com/upgrade'
          }
        ]
      },
      ...options.providers
    },
    actions: {
      'create-room': { provider: 'docspace', features: ['room', 'manager'] },
      'upload-file': { provider: 'docspace', features: ['total_size'] },
      everything: { provider: 'docspace' },
      'send-email': { provider: 'newsletter' },
      ...(options.store && { 'site-room': { provider: 'sites', features: ['room', 'manager'] } }),
      ...options.actions
    }
  })
  let text = JSON.stringify(written(options))
  const read = () => readConfiguration(text, { environment: {}, adapters })
  const configuration = read()
  const { sink, lines: log } = logSink()
  const logger = createLogger(options.logLevel ?? 'trace', configuredSecrets(adapters), sink)
  t.teardown(() => checkNoSecret(log, configuration, docspace))
  const service = await startService({
    configuration,
    readAgain: read,
    logger,
    tries: options.tries,
    now: options.now ?? clock,
    tracing: options.traced ? await openTracing(process.env, logger) : undefined,
    force: options.force === true
  })
  t.teardown(() => service.close())

  const reach = options.reach ?? (url => url)
  const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
    fetch(quotaInfoUrl(reach(service.publicUrl)), {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
      body: Buffer.from(body)
    })
  return {
    service,
    wix,
    docspace,
    log,
    get(listener, path, init) {
      const url = listener === 'public' ? service.publicUrl : service.managementUrl
      return fetch(`${reach(url ?? '').replace(/\/$/, '')}/${path}`, init)
    },
    post,
    rewrite(file) {
      text = typeof file === 'string' ? file : JSON.stringify(written({ ...options, ...file }))
    },
    call: async (actionKey, change = payload => payload) => post(await wix.sign(change(wix.payload({ actionKey }))))
  }
}

/** The answer's body, for tests that look into it. */
export async function bodyOf(response: Response): Promise<QuotaInfoAnswer> {
  return JSON.parse(await response.text())
}

/** Status and code of an error, and that it has Wix's form. */
export async function errorOf(response: Response) {
  const { message, applicationError, ...rest } = JSON.parse(await response.text())
  const { code, description, data, ...more } = applicationError
  return {
    status: response.status,
    code,
    data,
    wellFormed:
      [message, code, description].every(text => typeof text === 'string' && text !== '') &&
      Object.keys({ ...rest, ...more }).length === 0 &&
      response.headers.get('content-type') === 'application/json; charset=utf-8'
  }
}

/** Every test that starts a service proves of its log, at trace level, that no secret got into it. */
function checkNoSecret(log: readonly string[], configuration: Configuration, docspace: FakeDocSpace): void {
  const text = log.join('')
  for (const secret of [...secretValues(configuration), ...docspace.secrets]) {
    if (text.includes(secret)) throw new Error('a secret stands in the log')
  }
}

/** What stands in the secret fields of a value, at any depth. */
export function secretValues(value: unknown, names = configuredSecrets(adapters), secret = false): string[] {
  if (typeof value === 'string') return secret ? [value] : []
  if (value instanceof Map) return [...value.values()].flatMap(item => secretValues(item, names))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) =>
    secretValues(item, names, names.includes(key) || (secret && Array.isArray(value)))
  )
}
