// A real Prometheus that collects from a service, and promtool: both from Debian's package `prometheus`, where they are there.
import { execFile, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { freePort } from './free-port.ts'

/** For tests that need them: why they are left out, or false where both are there. */
export const withoutPrometheus = ['promtool', 'prometheus'].some(
  tool => spawnSync(tool, ['--version']).error !== undefined
)
  ? 'promtool and prometheus are not in PATH: .ci/prometheus brings them'
  : false

/** What promtool says, and whether it is content. */
export async function promtool(...args: string[]): Promise<{ ok: boolean; said: string }> {
  const ended = promisify(execFile)('promtool', args)
  return ended.then(
    ({ stdout, stderr }) => ({ ok: true, said: stdout + stderr }),
    error => ({ ok: false, said: `${error.stdout}${error.stderr}` })
  )
}

export interface RunningPrometheus {
  /** The values of an instant query; those that are no number are left out. */
  query(expression: string): Promise<number[]>
  /** How often it has collected all of the targets since it started. */
  scrapes(): Promise<number>
}

export interface PrometheusOptions {
  /** Host and port of what is collected. */
  targets: string[]
  token: string
  /** Files with rules. */
  rules: string[]
}

/** Starts one that collects every second, in the test's folder. */
export async function startPrometheus(
  t: Test,
  dir: string,
  { targets, token, rules }: PrometheusOptions
): Promise<RunningPrometheus> {
  const address = `127.0.0.1:${await freePort()}`
  const [file, tokenFile] = [join(dir, 'prometheus.yaml'), join(dir, 'token')]
  writeFileSync(tokenFile, token)
  writeFileSync(
    file,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: rules,
      scrape_configs: [
        {
          job_name: 'quota-bridge',
          authorization: { credentials_file: tokenFile },
          static_configs: [{ targets }]
        }
      ]
    })
  )
  const server = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(dir, 'tsdb')}`,
      `--web.listen-address=${address}`,
      '--log.level=error'
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] }
  )
  const ended = new Promise(resolve => server.once('close', resolve))
  t.teardown(async () => {
    server.kill('SIGKILL')
    await ended
  })

  async function query(expression: string): Promise<number[]> {
    const answer = await fetch(`http://${address}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expression })
    })
    const { status, data, error } = Object(await answer.json())
    if (status !== 'success') throw new Error(`${expression}: ${error}`)
    const values: number[] = data.result.map(({ value }: { value: [number, string] }) => Number(value[1]))
    return values.filter(value => Number.isFinite(value))
  }
  const isReady = () =>
    fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false
    )
  while (!(await isReady())) {
    if (server.exitCode !== null) throw new Error(`prometheus ended with ${server.exitCode}`)
    await sleep(100)
  }
  return {
    query,
    async scrapes() {
      const perTarget = await query('count_over_time(up{job="quota-bridge"}[1h])')
      return perTarget.length < targets.length ? 0 : Math.min(...perTarget)
    }
  }
}
