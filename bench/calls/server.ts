// A server to be measured, in a process of its own: started, its processor time and memory read, ended.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RunningServer {
  port: number
  /** What it had printed by the time it listened. */
  printed: string
  /** From the start of the process to where it said that it listens, in milliseconds. */
  startMs: number
  /** Seconds of processor time until now, with its workers. */
  cpuSeconds(): number
  /** Megabytes of memory it has now, with its workers. */
  rssMb(): number
  close(): Promise<void>
}

/** Linux counts processor time in these. */
const TICKS_A_SECOND = 100
const MIB = 1024 ** 2
const LISTENING = /(?:listening at |"listener":"public","url":")http:\/\/127\.0\.0\.1:(\d+)/

export async function startServer(
  args: readonly string[],
  log: string,
  { until = LISTENING, environment = {} }: { until?: RegExp; environment?: NodeJS.ProcessEnv } = {}
): Promise<RunningServer> {
  const output = openSync(log, 'w')
  const started = performance.now()
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', output, 'inherit'],
    env: { ...process.env, ...environment, PORT: '0', MANAGEMENT_PORT: '0' }
  })
  let printed = ''
  while (!until.test(printed)) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode}: ${printed}`)
    await sleep(2)
    printed = readFileSync(log, 'utf8')
  }
  return {
    port: Number(until.exec(printed)?.[1]),
    printed,
    startMs: performance.now() - started,
    cpuSeconds: () => sum(processesOf(child).map(pid => cpuSecondsOf(pid))),
    rssMb: () => sum(processesOf(child).map(pid => rssMbOf(pid))),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

function processesOf({ pid = 0 }: ChildProcess): number[] {
  const all = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
  const parents = new Map(all.map(each => [each, Number(statOf(each)[1])]))
  return all.filter(each => each === pid || parents.get(each) === pid)
}

/** What follows the command's name, which may hold anything: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
  } catch {
    return []
  }
}

function cpuSecondsOf(pid: number): number {
  const stat = statOf(pid)
  return (Number(stat[11]) + Number(stat[12])) / TICKS_A_SECOND
}

function rssMbOf(pid: number): number {
  const [, kib = 0] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return (Number(kib) * 1024) / MIB
}
