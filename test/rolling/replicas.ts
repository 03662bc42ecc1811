// Two services as the image runs them, processes of their own, on one PostgreSQL, between a fake DocSpace and a maker's own server.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'
import { createFakeWix, type FakeWix } from '../../src/devkit/fake-wix.ts'
import { freePort } from '../helpers/free-port.ts'
import { startPostgres } from '../helpers/postgres.ts'
import { AS_IN_IMAGE } from '../helpers/process.ts'
import { startTarget } from '../helpers/target.ts'
import type { Replica } from './balancer.ts'

const TOKEN = 'a-token-for-rolling'
const SITES = 20
const DOCSPACE_MS = 20
const MAKER_MS = 300
const ERRORS = ['error', 'fatal']

export interface RollingReplica extends Replica {
  start(): Promise<void>
  /** Writes the settings of its provider anew, and sends SIGHUP; gives what the log says that changed. */
  reload(settings: object): Promise<string[]>
  /** The exit code, or the signal's name, after SIGTERM. */
  stop(): Promise<number | string>
}

/** A site, and how many rooms its portal has in use: no other has as many. */
export interface Site {
  id: string
  rooms: string
}

export interface Replicas {
  /** For files of others, gone with the replicas. */
  folder: string
  wix: FakeWix
  all: RollingReplica[]
  /** Lines of any log that tell of an error. */
  errors: string[]
  connectSites(): Promise<Site[]>
}

export async function createReplicas(
  t: Pick<Test, 'teardown'>,
  drain: string,
  hosts: readonly string[]
): Promise<Replicas> {
  const folder = mkdtempSync(join(tmpdir(), 'quota-bridge-rolling-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const wix = createFakeWix()
  const docspace = await startFakeDocSpace()
  t.teardown(() => docspace.close())
  docspace.delayMs = DOCSPACE_MS
  const maker = await startTarget(t, { answer: (_, response) => void setTimeout(() => response.end('done'), MAKER_MS) })
  const postgres = await startPostgres(t)
  const configuration = {
    wix: { appId: wix.appId, publicKey: wix.publicKeyPem },
    store: {
      url: await postgres.newDatabase(),
      encryptionKeys: [Buffer.from('a key for tests, of 32 bytes ...').toString('base64')]
    },
    forward: { to: maker.url },
    providers: {
      sites: {
        type: 'docspace',
        connection: 'per-site',
        allowedHosts: ['127.0.0.1'],
        allowPrivateHosts: true,
        freshFor: '1s'
      }
    },
    actions: { 'create-room': { provider: 'sites', features: ['room'] } }
  }
  const errors: string[] = []
  const [port, managementPort] = [await freePort(), await freePort()]
  const all = await Promise.all(hosts.map(replica))
  return { folder, wix, all, errors, connectSites }

  async function replica(host: string, index: number): Promise<RollingReplica> {
    // Where they share a host, not the ports.
    const isFirst = hosts.indexOf(host) === index
    const ports = isFirst ? { port, managementPort } : { port: await freePort(), managementPort: await freePort() }
    const file = join(folder, `quota-bridge-${index + 1}.yaml`)
    const server = { host, port: ports.port, drain }
    const management = { host, port: ports.managementPort, token: TOKEN }
    const { sites } = configuration.providers
    const write = (settings: object) => {
      const providers = { sites: { ...sites, ...settings } }
      writeFileSync(file, JSON.stringify({ ...configuration, providers, server, management }))
    }
    write({})
    const reloads: ((changed: string[]) => void)[] = []
    let child: ChildProcess | undefined
    // However this ends.
    process.once('exit', () => child?.kill('SIGKILL'))
    return {
      host,
      ...ports,
      async start() {
        const started = spawn(process.execPath, [...AS_IN_IMAGE.options, 'bundle/main.js', '--config', file], {
          stdio: ['ignore', 'pipe', 'inherit'],
          env: { ...process.env, ...AS_IN_IMAGE.environment, LOG_LEVEL: 'info' }
        })
        child = started
        const lines = createInterface({ input: started.stdout })
        await new Promise<void>((resolve, reject) => {
          lines.on('line', line => {
            const { level, listener, changed } = JSON.parse(line)
            if (changed) reloads.shift()?.(changed)
            if (ERRORS.includes(level)) errors.push(line)
            if (listener === 'management') resolve()
          })
          started.once('exit', code => reject(new Error(`a replica ended with ${code}`)))
        })
      },
      reload(settings) {
        write(settings)
        return new Promise(resolve => {
          reloads.push(resolve)
          child?.kill('SIGHUP')
        })
      },
      async stop() {
        if (!child) throw new Error('it was not started')
        const exited = once(child, 'exit')
        child.kill('SIGTERM')
        const [code, signal] = await exited
        return code ?? signal
      }
    }
  }

  async function connectSites(): Promise<Site[]> {
    const base = `http://${all[0]?.host}:${all[0]?.managementPort}/v1/connections/sites`
    const sites: Site[] = []
    for (let number = 1; number <= SITES; number++) {
      const portal = docspace.addPortal('startup')
      const room = portal.scenario.quota.response.features?.find(({ id }) => id === 'room')
      if (room) Object.assign(room, { used: { value: number }, value: 1000 })
      const site = { id: crypto.randomUUID(), rooms: String(number) }
      const { status } = await fetch(`${base}/${site.id}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify({ url: docspace.url, apiKey: portal.keys.owner })
      })
      if (status !== 201) throw new Error(`a connection was not saved: ${status}`)
      sites.push(site)
    }
    return sites
  }
}
