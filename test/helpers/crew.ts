// A whole service with several workers, run as an operator runs it, and asked on connections of their own.
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { request } from 'undici'
import type { ScenarioName } from '../../src/devkit/docspace-scenarios.ts'
import { type FakeDocSpace, startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'
import { createFakeWix, type FakeWix, quotaInfoUrl } from '../../src/devkit/fake-wix.ts'
import { ENCRYPTION_KEY, MANAGEMENT_TOKEN } from './bridge.ts'
import { metricsOf, type ReadMetrics } from './metrics.ts'
import { type Running, run, SOURCES } from './process.ts'

export interface Told {
  status: number
  body: string
}

export interface RunningCrew {
  service: Running
  wix: FakeWix
  docspace: FakeDocSpace
  publicUrl: string
  /** One call on a connection of its own, so that any worker may answer it. */
  ask(call?: { site?: string; action?: string }): Promise<Told>
  /** So many calls at once. */
  askMany(count: number, call?: { site?: string; action?: string }): Promise<Told[]>
  manage(method: string, path: string, body?: unknown): Promise<Told>
  metrics(): Promise<ReadMetrics>
  /** The ids of the workers' processes. */
  workers(): number[]
  /** Waits until so many answer calls. */
  untilListening(count: number): Promise<void>
  /** Puts another file in the place of the configuration's. */
  rewrite(sections: CrewSections): void
  /** Lines of the log that hold a text. */
  lines(text: string): string[]
}

export interface CrewSections {
  server?: object
  store?: { url: string }
  plan?: string
  sections?: object
}

const wix = createFakeWix()

export function crewFile({ server, store, plan = 'Free', sections }: CrewSections, docspace: FakeDocSpace): string {
  const adapter = {
    type: 'docspace',
    allowedHosts: ['127.0.0.1'],
    allowPrivateHosts: true,
    deadline: '5s',
    patience: '5s'
  }
  const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
  const quotas = [{ feature: 'emails', name: 'Emails sent', used: 346, limit: 500 }]
  return JSON.stringify({
    wix: { appId: wix.appId, publicKey: wix.publicKeyPem },
    server: { host: '127.0.0.1', workers: 2, ...server },
    management: { token: MANAGEMENT_TOKEN },
    ...(store && { store: { encryptionKeys: [ENCRYPTION_KEY], ...store } }),
    providers: {
      portal: { ...adapter, connection, checkOnStart: false },
      ...(store && { sites: { ...adapter, connection: 'per-site' } }),
      newsletter: { type: 'static', groups: [{ plans: [{ id: 'free', name: plan }], quotas }] }
    },
    actions: {
      'create-room': { provider: 'portal', features: ['room'] },
      'send-email': { provider: 'newsletter' },
      ...(store && { 'site-room': { provider: 'sites', features: ['room'] } })
    },
    ...sections
  })
}

export async function startCrew(
  t: Test,
  file: string,
  sections: CrewSections,
  environment: NodeJS.ProcessEnv = {},
  scenario: ScenarioName = 'business'
): Promise<RunningCrew> {
  const docspace = await startFakeDocSpace(scenario)
  t.teardown(() => docspace.close())
  const rewrite = (sections: CrewSections) => writeFileSync(file, crewFile(sections, docspace))
  rewrite(sections)
  // What the first process of several does is reached by no test within a process, so its coverage must be told.
  const service = run(t, SOURCES, ['--config', file], { PORT: '0', MANAGEMENT_PORT: '0', ...environment })
  const [, publicUrl = ''] = await service.until(/"listener":"public","url":"([^"]+)"/)
  const [, managementUrl = ''] = await service.until(/"listener":"management","url":"([^"]+)"/)

  async function ask({ site = 'site', action = 'site-room' } = {}): Promise<Told> {
    const body = await wix.sign(wix.payload({ actionKey: action, instanceId: site }))
    for (;;) {
      const answer = await request(quotaInfoUrl(publicUrl), { method: 'POST', body, reset: true })
      const told = { status: answer.statusCode, body: await answer.body.text() }
      // A machine that gives a process no time is not what these tests are about.
      if (!told.body.includes('OVERLOADED')) return told
      await sleep(500)
    }
  }

  async function manage(method: string, path: string, body?: unknown): Promise<Told> {
    const answer = await fetch(`${managementUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${MANAGEMENT_TOKEN}` },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    return { status: answer.status, body: await answer.text() }
  }

  return {
    ...{ service, wix, docspace, publicUrl, ask, manage, rewrite },
    askMany: (count, call) => Promise.all(Array.from({ length: count }, () => ask(call))),
    metrics: async () => metricsOf((await manage('GET', 'metrics')).body),
    workers() {
      const { pid } = service.child
      const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      return text.trim().split(' ').map(Number)
    },
    async untilListening(count) {
      while (!(await manage('GET', 'health/ready')).body.includes(`"listening":${count}`)) await sleep(20)
    },
    lines: text =>
      service
        .stdout()
        .split('\n')
        .filter(line => line.includes(text))
  }
}
