// npm run bench:move: what exporting and importing many connections takes, from each engine to each, and in how much memory.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeWix } from '../src/devkit/fake-wix.ts'
import { migrate, openDatabase } from '../src/store/database.ts'
import { createKeyring } from '../src/store/encryption.ts'
import { startPostgres } from '../test/helpers/postgres.ts'

const SIZES = (process.env.SIZES ?? '10000,100000').split(',').map(Number)
const KEY = Buffer.from('a key for tests, of 32 bytes ...')
const PROVIDER = 'sites'
const BATCH = 500
/** Prints how much memory a command needed at most. */
const TELL_MEMORY = `data:text/javascript,process.on('exit', () => process.stderr.write('kB ' + process.resourceUsage().maxRSS))`

const folder = mkdtempSync(join(tmpdir(), 'quota-bridge-bench-'))
const teardowns: (() => unknown)[] = []
const wix = createFakeWix({ now: Date.now })

/** As many rows of the audit as connections. */
async function fill(url: string, from: number, to: number): Promise<void> {
  const keyring = createKeyring([KEY])
  const database = openDatabase(url, () => {})
  await migrate(database)
  for (let start = from; start < to; start += BATCH) {
    const sites = Array.from({ length: BATCH }, (_, offset) => `site-${String(start + offset).padStart(28, '0')}`)
    const connections = sites.map(instance_id => {
      const connection = { url: 'https://acme.onlyoffice.com', apiKey: `sk-fake-${instance_id}` }
      const { keyId, sealed } = keyring.seal(JSON.stringify(connection), [PROVIDER, instance_id])
      const times = { checked_at: 1, created_at: 1, updated_at: 1 }
      return { provider: PROVIDER, instance_id, key_id: keyId, sealed, health: 'ok', finding: '', ...times }
    })
    const audit = sites.map(instance_id => ({
      at: 1,
      actor: 'ops-2026',
      action: 'connection.created',
      provider: PROVIDER,
      instance_id
    }))
    await database.queries.transaction().execute(async transaction => {
      await transaction.insertInto('connections').values(connections).execute()
      await transaction.insertInto('audit').values(audit).execute()
    })
  }
  await database.close()
}

function configure(url: string): string {
  const file = join(folder, 'quota-bridge.yaml')
  const written = {
    wix: { appId: wix.appId, publicKey: wix.publicKeyPem },
    store: { url, encryptionKeys: [KEY.toString('base64')] },
    providers: { sites: { type: 'docspace', connection: 'per-site' } },
    actions: { room: { provider: PROVIDER } }
  }
  writeFileSync(file, JSON.stringify(written))
  return file
}

async function command(args: string[]): Promise<{ seconds: number; mb: number; out: string }> {
  const started = performance.now()
  const child = spawn(process.execPath, ['--import', TELL_MEMORY, 'src/main.ts', ...args], {
    env: { ...process.env, QUOTA_BRIDGE_PASSPHRASE: 'correct horse battery staple' },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let [out, err] = ['', '']
  child.stdout.on('data', chunk => {
    out += chunk
  })
  child.stderr.on('data', chunk => {
    err += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${out}${err}`)
  const [, kilobytes = '0'] = /kB (\d+)$/.exec(err) ?? []
  return { seconds: (performance.now() - started) / 1000, mb: Number(kilobytes) / 1000, out }
}

function tell(
  ...[what, connections, { seconds, mb }, note]: [string, number, { seconds: number; mb: number }, string]
): void {
  const cells = [
    what.padEnd(24),
    String(connections).padStart(11),
    seconds.toFixed(1).padStart(7),
    mb.toFixed(0).padStart(8)
  ]
  process.stdout.write(`${cells.join('  ')}  ${note}\n`)
}

const postgres = await startPostgres({ teardown: work => void teardowns.push(work) })
const newUrl = {
  SQLite: async () => `file:${mkdtempSync(join(folder, 'store-'))}/q.db`,
  PostgreSQL: () => postgres.newDatabase()
}

process.stdout.write('what                      connections  seconds  peak MB\n')
for (const [from, newSource] of Object.entries(newUrl)) {
  const source = await newSource()
  let filled = 0
  for (const size of SIZES) {
    await fill(source, filled, size)
    filled = size
    const file = join(folder, `${from}-${size}.age`)
    const exported = await command(['export', file, '--config', configure(source)])
    tell(`export from ${from}`, size, exported, `${(statSync(file).size / 1e6).toFixed(1)} MB`)
    for (const [to, newTarget] of Object.entries(newUrl)) {
      const config = configure(await newTarget())
      const imported = await command(['import', file, '--config', config])
      tell(`import into ${to}`, size, imported, imported.out.trim().split('\n').at(-1) ?? '')
      const merged = await command(['import', file, '--merge', '--config', config])
      tell(`merge into ${to}`, size, merged, 'the same again')
    }
  }
}
for (const work of teardowns) await work()
rmSync(folder, { recursive: true, force: true })
