// What the measured servers need: a key of Wix's, a DocSpace in a process of its own, a filled store, configurations.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeWix, type FakeWix } from '../../src/devkit/fake-wix.ts'
import { AS_IN_IMAGE } from '../../test/helpers/process.ts'
import { fill } from '../fill.ts'
import { type RunningServer, startServer } from './server.ts'

export interface Stage {
  wix: FakeWix
  /** A folder that is gone with the stage. */
  folder: string
  /** A file of the folder. */
  file(name: string): string
  /** A DocSpace that answers after `delayMs`. */
  startDocSpace(delayMs?: number): Promise<DocSpace>
  /** The service, compiled, with its log in a file; `sections` go over the usual configuration. */
  startBridge(options: BridgeOptions): Promise<RunningServer>
  close(): Promise<void>
}

export interface DocSpace {
  url: string
  /** Of portals that hold different plans. */
  keys: readonly string[]
}

export interface BridgeOptions {
  docspace: DocSpace
  /** Each has a connection in the store, of one portal after the other. */
  sites: readonly string[]
  provider?: object
  server?: object
  forward?: object
  /** A store of its own: a URL of PostgreSQL, or else SQLite in the folder. */
  storeUrl?: string
  /** The store is filled already. */
  filled?: boolean
}

const STORE_KEY = Buffer.from('a key for benches of 32 bytes...')
const PROVIDER = 'sites'

export function createStage(): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'quota-bridge-bench-'))
  const wix = createFakeWix()
  const servers: RunningServer[] = []
  let files = 0
  const file = (name: string) => join(folder, name)
  const start = async (...args: Parameters<typeof startServer>) => {
    const server = await startServer(...args)
    servers.push(server)
    return server
  }
  return {
    wix,
    folder,
    file,
    async startDocSpace(delayMs = 0) {
      const args = ['bench/servers/docspace.ts', String(delayMs)]
      const { printed } = await start(args, file(`docspace-${++files}.log`), { until: /^(\{.*\})\n/ })
      return JSON.parse(printed)
    },
    async startBridge({ docspace, sites, provider, server, forward, storeUrl, filled = false }) {
      const name = `bridge-${++files}`
      const url = storeUrl ?? `file:${file(`${name}.db`)}`
      const connectionOf = (_site: string, index: number) => ({
        url: docspace.url,
        apiKey: docspace.keys[index % docspace.keys.length]
      })
      if (!filled) await fill({ url, key: STORE_KEY, provider: PROVIDER, sites, connectionOf })
      // What the filling left for the disk to do is no part of what is measured.
      execFileSync('sync')
      const configuration = {
        wix: { appId: wix.appId, publicKey: wix.publicKeyPem },
        server: { host: '127.0.0.1', port: 0, ...server },
        store: { url, encryptionKeys: [STORE_KEY.toString('base64')] },
        ...(forward && { forward }),
        providers: {
          [PROVIDER]: {
            type: 'docspace',
            connection: 'per-site',
            allowedHosts: ['127.0.0.1'],
            allowPrivateHosts: true,
            recheck: '0s',
            freshFor: '1h',
            ...provider
          }
        },
        actions: { 'create-room': { provider: PROVIDER, features: ['room', 'manager'] } }
      }
      writeFileSync(file(`${name}.yaml`), JSON.stringify(configuration))
      const args = [...AS_IN_IMAGE.options, 'bundle/main.js', '--config', file(`${name}.yaml`)]
      return start(args, file(`${name}.log`), { environment: AS_IN_IMAGE.environment })
    },
    async close() {
      for (const server of servers.reverse()) await server.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
