// A service as a process of its own, so that whoever attacks it does not share its time.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createFakeWix, type FakeWix } from '../../src/devkit/fake-wix.ts'

export interface AttackedService {
  wix: FakeWix
  child: ChildProcess
  url: string
  managementUrl: string
  stop(): Promise<void>
}

export const ATTACK_TOKEN = 'a-token-for-attacks'

/** Starts it with numbers from the configuration, so that only its own work is measured. */
export async function startAttacked(server: object = {}): Promise<AttackedService> {
  const wix = createFakeWix()
  const folder = mkdtempSync(join(tmpdir(), 'quota-bridge-attack-'))
  const quota = { feature: 'emails', name: 'Emails sent', used: 346, limit: 500 }
  const configuration = {
    wix: { appId: wix.appId, publicKey: wix.publicKeyPem },
    server: { host: '127.0.0.1', port: 0, ...server },
    management: { port: 0, token: ATTACK_TOKEN },
    providers: { newsletter: { type: 'static', groups: [{ plans: [{ id: 'free', name: 'Free' }], quotas: [quota] }] } },
    actions: { 'send-email': { provider: 'newsletter' } }
  }
  const file = join(folder, 'quota-bridge.yaml')
  writeFileSync(file, JSON.stringify(configuration))
  const child = spawn(process.execPath, ['src/main.ts', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LOG_LEVEL: 'info' }
  })
  const urls = new Map<string, string>()
  for await (const line of createInterface({ input: child.stdout })) {
    const { listener, url } = JSON.parse(line)
    if (url) urls.set(listener, url)
    if (urls.size === 2) break
  }
  child.stdout.resume()
  return {
    wix,
    child,
    url: urls.get('public') ?? '',
    managementUrl: urls.get('management') ?? '',
    async stop() {
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** How many descriptors a process holds. */
export async function descriptorsOf({ pid }: ChildProcess): Promise<number> {
  const { readdirSync } = await import('node:fs')
  return readdirSync(`/proc/${pid}/fd`).length
}
