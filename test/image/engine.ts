// What builds and runs images here: Docker, or else podman with a storage of its own, on a stand-in for the bases.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../helpers/free-port.ts'
import { execute, type Ran } from './execute.ts'
import { importStandIns } from './stand-in.ts'

export interface Ports {
  public: number
  management: number
}

export interface Engine {
  /** With what and on what. */
  name: string
  /** Runs one of its commands, whatever comes of it. */
  tell(...args: string[]): Ran
  /** Runs one of its commands, and gives what it printed without the last line break; throws what it complained of. */
  ask(...args: string[]): string
  /** Of `build`, beside the tag and the folder. */
  buildArgs: string[]
  /** Of `run`, beside what an operator gives. */
  runArgs: string[]
  /** Of `run`, so that a container's ports are reached. */
  publishArgs(ports: Ports): string[]
  /** The address on which the service listens inside, its ports, and where one is reached from outside. */
  listenHost: string
  ports(): Promise<Ports>
  addressOf(container: string, port: number): string
  /** What the container's own health check comes to: `healthy`, or something else. */
  healthOf(container: string): Promise<string>
  close(): void
}

const HEALTH_SECONDS_MAX = 60

/** Or why there is none. */
export function chooseEngine(): { engine: Engine } | { reason: string } {
  if (execute('docker', ['info']).code === 0) return { engine: docker() }
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return { reason: 'Docker does not run here, and podman with a stand-in base is for root on Linux' }
  const missing = ['podman', 'runc', 'debootstrap'].filter(command => execute('which', [command]).code !== 0)
  if (missing.length > 0) return { reason: `Docker does not run here, and there is no ${missing.join(', ')}` }
  return { engine: podman() }
}

function engine(command: string, globals: readonly string[], rest: Omit<Engine, 'tell' | 'ask'>): Engine {
  const tell = (...args: string[]) => execute(command, [...globals, ...args])
  return {
    ...rest,
    tell,
    ask(...args) {
      const { code, stdout, stderr } = tell(...args)
      if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${stderr.slice(-2000)}`)
      return stdout.replace(/\n$/, '')
    }
  }
}

function docker(): Engine {
  const itself = engine('docker', [], {
    name: 'Docker, on the bases that the Dockerfile names',
    buildArgs: ['--pull'],
    runArgs: [],
    publishArgs: ports => Object.values(ports).flatMap(port => ['--publish', `127.0.0.1::${port}`]),
    listenHost: '0.0.0.0',
    ports: async () => ({ public: 8080, management: 8081 }),
    addressOf: (container, port) => `http://${itself.ask('port', container, String(port)).split('\n')[0]}/`,
    async healthOf(container) {
      for (let tries = 0; ; tries++) {
        const status = itself.ask('inspect', '--format', '{{.State.Health.Status}}', container)
        if (status !== 'starting' || tries === HEALTH_SECONDS_MAX) return status
        await sleep(1000)
      }
    },
    close: () => {}
  })
  return itself
}

function podman(): Engine {
  const folder = mkdtempSync('/var/tmp/quota-bridge-image-')
  const globals = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs']
  // Without systemd there is no cgroup manager of its, and raising a limit may be forbidden.
  globals.push('--cgroup-manager', 'cgroupfs', '--runtime', 'runc')
  const descriptors = /^Max open files +\S+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 1024
  const ulimits = ['--ulimit', `nofile=${descriptors}:${descriptors}`, '--ulimit', 'nproc=4096:4096']
  const npmrc = join(folder, 'npmrc')
  const registry = execute('npm', ['config', 'get', 'registry']).stdout
  writeFileSync(npmrc, `registry=${registry.trim()}\ncafile=/etc/ssl/certs/ca-certificates.crt\n`)
  const itself = engine('podman', globals, {
    name: 'podman, on a stand-in for the bases that the Dockerfile names',
    buildArgs: [
      ...['--isolation', 'chroot', '--format', 'docker', '--layers=false', '--pull=never'],
      ...['--secret', `id=npmrc,src=${npmrc}`]
    ],
    // There may be no network to make.
    runArgs: ['--network', 'host', ...ulimits, '--log-driver', 'k8s-file'],
    publishArgs: () => [],
    listenHost: '127.0.0.1',
    ports: async () => ({ public: await freePort(), management: await freePort() }),
    addressOf: (_container, port) => `http://127.0.0.1:${port}/`,
    // Its timer would be systemd's.
    healthOf: async container => (itself.tell('healthcheck', 'run', container).code === 0 ? 'healthy' : 'unhealthy'),
    close() {
      itself.tell('rm', '--all', '--force', '--time', '0')
      rmSync(folder, { recursive: true, force: true })
    }
  })
  try {
    importStandIns(itself, folder)
  } catch (error) {
    itself.close()
    throw error
  }
  return itself
}
