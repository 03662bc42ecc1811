// What the image does, run with its own command as its own user under what docker/compose.yaml allows it.
import { deepEqual, equal, match } from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createFakeWix } from '../../src/devkit/fake-wix.ts'
import { freePort } from '../helpers/free-port.ts'
import type { Engine, Ports } from './engine.ts'
import { type Check, CONTAINER, IMAGE } from './image.ts'

const wix = createFakeWix()
const TOKEN = 'a-token-for-the-image'
const SECONDS_TO_START = 30
const GRACE_SECONDS = 15

/** What `docker/compose.yaml` allows it. */
const LIMITS = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']

const secrets = {
  'management-token': TOKEN,
  'encryption-key': Buffer.from('a key for tests, of 32 bytes ...').toString('base64')
}

/** A configuration that has something to say in a core's and in an adapter's words, and keeps something. */
function configuration(host: string, ports: Ports): object {
  const secret = (name: string) => `\${file:/run/secrets/${name}}`
  const quotas = [{ feature: 'emails', name: 'Emails', used: 500, limit: 500 }]
  return {
    wix: { appId: wix.appId, publicKey: '${WIX_PUBLIC_KEY}' },
    server: { host, port: ports.public },
    management: { host, port: ports.management, token: secret('management-token') },
    store: { encryptionKeys: [secret('encryption-key')] },
    providers: {
      newsletter: {
        type: 'static',
        groups: [{ plans: [{ id: 'free', name: 'Free' }], quotas, upgradeUrl: 'https://example.com/upgrade' }]
      },
      docspace: { type: 'docspace', connection: 'per-site', connectUrl: 'https://example.com/connect' }
    },
    actions: { 'send-email': { provider: 'newsletter' }, 'create-room': { provider: 'docspace', features: ['room'] } }
  }
}

interface Started {
  url: string
  managementUrl: string
}

let started: Started | undefined
const running = () => {
  if (!started) throw new Error('it did not start')
  return started
}

async function start(engine: Engine, folder: string): Promise<Started> {
  const ports = await engine.ports()
  const file = join(folder, 'quota-bridge.yaml')
  writeFileSync(file, JSON.stringify(configuration(engine.listenHost, ports)))
  mkdirSync(join(folder, 'secrets'), { recursive: true })
  const mounts = Object.entries(secrets).flatMap(([name, text]) => {
    const path = join(folder, 'secrets', name)
    writeFileSync(path, `${text}\n`)
    return ['--volume', `${path}:/run/secrets/${name}:ro`]
  })
  // What is mounted is read by the user 1000, whoever runs this.
  chmodSync(folder, 0o755)
  engine.ask(
    ...['run', '--detach', '--name', CONTAINER, ...engine.runArgs, ...engine.publishArgs(ports), ...LIMITS],
    ...['--env', `WIX_PUBLIC_KEY=${wix.publicKeyPem.replaceAll('\n', '\\n')}`],
    ...['--volume', `${file}:/etc/quota-bridge/quota-bridge.yaml:ro`, ...mounts, '--volume', `${CONTAINER}:/app/data`],
    ...[IMAGE, '--config', '/etc/quota-bridge/quota-bridge.yaml']
  )
  for (let tries = 0; !logOf(engine).includes('"listener":"management"'); tries++) {
    if (tries === SECONDS_TO_START * 5) throw new Error(`it did not start: ${logOf(engine)}`)
    await sleep(200)
  }
  const [url, managementUrl] = [
    engine.addressOf(CONTAINER, ports.public),
    engine.addressOf(CONTAINER, ports.management)
  ]
  return { url, managementUrl }
}

function logOf(engine: Engine): string {
  const { stdout, stderr } = engine.tell('logs', CONTAINER)
  return stdout + stderr
}

async function quotaInfo(actionKey: string) {
  const answer = await wix.ask(running().url, { actionKey, languages: ['de-DE'] })
  equal(answer.status, 200)
  const { actionQuotaInfo } = JSON.parse(await answer.text())
  return actionQuotaInfo.quotaInfo[0]
}

export const behaviourChecks: Check[] = [
  {
    name: 'it starts on a read-only root, without a capability, with its secrets from files',
    async hold(engine, folder) {
      started = await start(engine, folder)
      const script = `
        const status = require('fs').readFileSync('/proc/1/status', 'utf8')
        const field = name => status.match(new RegExp('^' + name + ':\\\\s*(\\\\S+)', 'm'))[1]
        let root = 'writable'
        try { require('fs').writeFileSync('/app/x', '') } catch (error) { root = error.code }
        console.log([field('Uid'), field('CapEff'), field('CapBnd'), field('NoNewPrivs'), root].join(' '))`
      const seen = engine.ask('exec', CONTAINER, 'node', '--eval', script)
      equal(seen, '1000 0000000000000000 0000000000000000 1 EROFS')
      return undefined
    }
  },
  {
    name: "a signed call is answered in the reader's words, the core's and an adapter's",
    async hold() {
      const counted = await quotaInfo('send-email')
      equal(counted.quotas[0].additionalInfo.description, 'Limit erreicht: 500 von 500 genutzt.')
      const connect = await quotaInfo('create-room')
      equal(connect.upgradeCta.label, 'ONLYOFFICE DocSpace verbinden')
      return `„${counted.quotas[0].additionalInfo.description}“, „${connect.upgradeCta.label}“`
    }
  },
  {
    name: 'a call that Wix did not sign is refused',
    async hold() {
      const stranger = createFakeWix({ appId: wix.appId })
      equal((await stranger.ask(running().url, { actionKey: 'send-email' })).status, 401)
      return undefined
    }
  },
  {
    name: 'a new volume is writable: the store is ready on it, and opens to the token alone',
    async hold(engine) {
      const { managementUrl } = running()
      const ready = await fetch(`${managementUrl}health/ready`)
      deepEqual(await ready.json(), { status: 'ready', checks: { store: 'ok' } })
      const audit = (token: string) =>
        fetch(`${managementUrl}v1/audit`, { headers: { authorization: `Bearer ${token}` } })
      equal((await audit(TOKEN)).status, 200)
      equal((await audit('another token')).status, 401)
      const script = `console.log(require('fs').readdirSync('/app/data').join(' '))`
      match(engine.ask('exec', CONTAINER, 'node', '--eval', script), /quota-bridge\.db/)
      return undefined
    }
  },
  {
    name: 'its health check says that it lives, and where nobody answers that it does not',
    async hold(engine) {
      const state = await engine.healthOf(CONTAINER)
      equal(state, 'healthy')
      const nobody = ['--env', `PORT=${await freePort()}`, '--entrypoint', 'node']
      const alone = engine.tell('run', '--rm', ...engine.runArgs, ...LIMITS, ...nobody, IMAGE, 'dist/health-check.js')
      equal(alone.code, 1, alone.stderr)
      return `${state}; ended with ${alone.code}`
    }
  },
  {
    name: 'another command of the service runs beside it',
    hold(engine) {
      const config = '/etc/quota-bridge/quota-bridge.yaml'
      const command = ['node', 'dist/main.js', 'rotate-keys', '--config', config]
      const printed = engine.ask('exec', CONTAINER, ...command)
      match(printed, /^re-encrypted: \d+, unreadable: 0$/m)
      return printed
    }
  },
  {
    name: 'SIGTERM ends it with 0',
    hold(engine) {
      const before = performance.now()
      engine.ask('stop', '-t', String(GRACE_SECONDS), CONTAINER)
      const seconds = ((performance.now() - before) / 1000).toFixed(1)
      equal(engine.ask('inspect', '--format', '{{.State.ExitCode}}', CONTAINER), '0')
      match(logOf(engine), /"signal":"SIGTERM","msg":"stopping"/)
      return `after ${seconds} s`
    }
  },
  {
    name: 'a mistake in the configuration ends it with 2, and says what it is',
    hold(engine, folder) {
      const file = join(folder, 'mistaken.yaml')
      writeFileSync(file, 'wixx: {}\n')
      const mount = ['--volume', `${file}:/etc/mistaken.yaml:ro`]
      const command = [IMAGE, '--config', '/etc/mistaken.yaml']
      const { code, stderr } = engine.tell('run', '--rm', ...engine.runArgs, ...LIMITS, ...mount, ...command)
      equal(code, 2, stderr)
      match(stderr, /wixx.*wix/)
      return undefined
    }
  }
]
