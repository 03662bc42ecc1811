// Caddy with docker/Caddyfile in the place of our own load balancer, where `caddy` is installed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../helpers/free-port.ts'
import type { Balancer, Replica } from './balancer.ts'

/** The replicas differ by host, and have the same ports. */
export async function startCaddy(replicas: readonly Replica[], folder: string): Promise<Balancer> {
  const written = readFileSync('docker/Caddyfile', 'utf8')
  const intervalSeconds = Number(/health_interval (\d+)s/.exec(written)?.[1])
  const caddyfile = replicas.reduce(
    (text, { host, port }, index) => text.replace(`quota-bridge-${index + 1}:8080`, `${host}:${port}`),
    written.replace('health_port 8081', `health_port ${replicas[0]?.managementPort}`)
  )
  const file = join(folder, 'Caddyfile')
  writeFileSync(file, `{\n\tadmin off\n}\n${caddyfile}`)
  const url = `http://127.0.0.1:${await freePort()}`
  const caddy = spawn('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, PUBLIC_HOST: url, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  })
  const ended = once(caddy, 'exit')
  await once(caddy, 'spawn')
  return {
    url: `${url}/`,
    sentAgain: Number.NaN,
    // It tells nobody what it takes a replica for: once the replica says so, it is known an interval later.
    async until({ host, managementPort }, wanted) {
      const isReady = () =>
        fetch(`http://${host}:${managementPort}/health/ready`).then(
          ({ ok }) => ok,
          () => false
        )
      while ((await isReady()) !== wanted) await sleep(20)
      await sleep(intervalSeconds * 1500)
    },
    async close() {
      caddy.kill('SIGTERM')
      await ended
    }
  }
}
