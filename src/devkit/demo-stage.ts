// All that the demo needs, on this machine: a fake Wix, a fake DocSpace, a maker's own server, and the service between them.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startService } from '../app.ts'
import { readConfiguration } from '../config/load.ts'
import { configuredSecrets } from '../config/secrets.ts'
import { createLogger, logLevel } from '../logging.ts'
import { SignInLink } from '../management/sign-in.ts'
import { adapters } from '../providers/index.ts'
import { Value } from '../schema.ts'
import type { ScenarioName } from './docspace-scenarios.ts'
import { startFakeDocSpace } from './fake-docspace.ts'
import { startFakeMaker } from './fake-maker.ts'
import type { FakeWix } from './fake-wix.ts'
import { keptFakeWix } from './kept-key.ts'

export interface Stage {
  wix: FakeWix
  /** The base URI of every action. */
  publicUrl: string
  /** The actions' keys, in the order in which they are shown. */
  actions: string[]
  /** An address that opens the preview in a browser, once. */
  preview(): Promise<string>
  /** Ends all of it. */
  close(): Promise<void>
}

/**
 * Starts all of it; `port` is the service's, 0 a free one.
 * @throws what the service cannot be started with; nothing is left open then
 */
export async function startStage(scenario: ScenarioName, port: number): Promise<Stage> {
  const opened = new AsyncDisposableStack()
  try {
    const wix = keptFakeWix()
    const docspace = await startFakeDocSpace(scenario)
    opened.defer(() => docspace.close())
    const maker = await startFakeMaker(wix)
    opened.defer(() => maker.close())
    const folder = mkdtempSync(join(tmpdir(), 'quota-bridge-demo-'))
    opened.defer(() => rmSync(folder, { recursive: true, force: true }))
    const yaml = demoConfiguration({ port, appId: wix.appId, docspaceUrl: docspace.url, makerUrl: maker.url, folder })
    const { PORT: _named, MANAGEMENT_PORT: _unused, ...environment } = process.env
    const token = randomBytes(16).toString('hex')
    const configuration = readConfiguration(yaml, {
      environment: {
        ...environment,
        WIX_PUBLIC_KEY: wix.publicKeyPem,
        DOCSPACE_API_KEY: docspace.portal.keys.owner,
        ENCRYPTION_KEY: randomBytes(32).toString('base64'),
        MANAGEMENT_TOKEN: token
      },
      adapters
    })
    const level = logLevel({ LOG_LEVEL: 'warn', ...environment })
    // Standard output is for the cards, and for the JSON alone.
    const logger = createLogger(level, configuredSecrets(adapters), process.stderr)
    const service = await startService({ configuration, logger })
    opened.defer(() => service.close())
    const { publicUrl, managementUrl = '' } = service
    return {
      ...{ wix, publicUrl },
      actions: [...configuration.actions.keys()],
      preview: async () => `${managementUrl}preview#${await signInCode(managementUrl, token)}`,
      close: () => opened.disposeAsync()
    }
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

async function signInCode(managementUrl: string, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` }
  const link: unknown = await (await fetch(`${managementUrl}v1/sign-in-links`, { method: 'POST', headers })).json()
  return Value.Parse(SignInLink, link).code
}

interface Places {
  port: number
  appId: string
  docspaceUrl: string
  makerUrl: string
  folder: string
}

function demoConfiguration({ port, appId, docspaceUrl, makerUrl, folder }: Places): string {
  return `
wix:
  appId: ${appId}
  publicKey: \${WIX_PUBLIC_KEY}
server: { host: 127.0.0.1, port: ${port} }
management: { port: 0, token: "\${MANAGEMENT_TOKEN}" }
forward: { to: "${makerUrl}" }
store:
  url: ${JSON.stringify(`file:${join(folder, 'quota-bridge.db')}`)}
  encryptionKeys: ["\${ENCRYPTION_KEY}"]
providers:
  docspace:
    type: docspace
    connection: { url: "${docspaceUrl}", apiKey: "\${DOCSPACE_API_KEY}" }
    allowedHosts: [127.0.0.1]
    allowPrivateHosts: true
    checkOnStart: false
  docspace-of-each-site:
    type: docspace
    connection: per-site
    connectUrl: ${makerUrl}/
  newsletter:
    type: static
    groups:
      - plans: [{ id: free, name: Free }]
        quotas: [{ feature: emails, name: Emails sent, used: 346, limit: 500, renewsAt: "${nextMonth()}" }]
        upgradeUrl: ${makerUrl}/plans
actions:
  create-room: { provider: docspace, features: [room, manager] }
  upload-file: { provider: docspace, features: [total_size] }
  send-email: { provider: newsletter }
  invite-guest: { provider: docspace-of-each-site, features: [users] }
`
}

function nextMonth(): string {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString()
}
