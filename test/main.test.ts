// The command line, run as an operator runs it.
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { createFakeWix } from '../src/devkit/fake-wix.ts'
import { openDatabase } from '../src/store/database.ts'
import { openStore } from '../src/store/index.ts'
import { sharedWix } from './helpers/bridge.ts'
import { freePort } from './helpers/free-port.ts'
import { startPostgres } from './helpers/postgres.ts'
import { PROGRAM, preloading, run, SOURCES } from './helpers/process.ts'
import { startTarget } from './helpers/target.ts'

const wix = createFakeWix({ appId: sharedWix.appId, privateKeyPem: sharedWix.privateKeyPem })

function configurationFile(dir: string, more = ''): string {
  const file = `${dir}/quota-bridge.yaml`
  writeFileSync(
    file,
    `
wix: { appId: ${wix.appId}, publicKey: "\${WIX_PUBLIC_KEY}" }
server: { host: 127.0.0.1 }
providers:
  newsletter:
    type: static
    groups: [{ plans: [{ id: free, name: Free }], quotas: [{ feature: emails, name: Emails sent, used: 346, limit: 500 }] }]
actions:
  send-email: { provider: newsletter }
${more}`
  )
  return file
}

const environment = { WIX_PUBLIC_KEY: wix.publicKeyPem, PORT: '0', MANAGEMENT_PORT: '0' }

t.test('it serves, answers a signed call, prints nothing deprecated, and stops on SIGTERM', async t => {
  const file = configurationFile(t.testdir(), 'management: { token: a-token-for-tests }')
  const bridge = run(t, PROGRAM, ['--config', file], environment)
  const [, publicUrl = ''] = await bridge.until(/"listener":"public","url":"([^"]+)"/)
  const [, managementUrl = ''] = await bridge.until(/"listener":"management","url":"([^"]+)"/)
  t.equal((await wix.ask(publicUrl, { actionKey: 'send-email' })).status, 200)
  t.equal((await fetch(`${managementUrl}health/live`)).status, 200)
  bridge.child.kill('SIGTERM')
  t.equal(await bridge.ended, 0)
  t.match(bridge.stdout(), /"signal":"SIGTERM","msg":"stopping"/)
  t.notMatch(bridge.stdout() + bridge.stderr(), /deprecat|warning/i)
  for (const line of bridge.stdout().trim().split('\n')) t.ok(JSON.parse(line).time, 'every line is JSON')
})

t.test('a second signal ends it at once, with 1', async t => {
  const file = configurationFile(t.testdir())
  writeFileSync(file, readFileSync(file, 'utf8').replace('host: 127.0.0.1', 'host: 127.0.0.1, drain: 1m'))
  const bridge = run(t, PROGRAM, ['--config', file], environment)
  await bridge.until(/"listening"/)
  bridge.child.kill('SIGTERM')
  await bridge.until(/"stopping"/)
  bridge.child.kill('SIGTERM')
  t.equal(await bridge.ended, 1)
  t.match(bridge.stdout(), /second SIGTERM, exiting/)
})

t.test("the container's health check follows the port that the configuration names", async t => {
  const dir = t.testdir()
  const file = configurationFile(dir)
  const port = await freePort()
  writeFileSync(file, readFileSync(file, 'utf8').replace('host: 127.0.0.1', `host: 127.0.0.1, port: ${port}`))
  const { PORT: _overridden, ...others } = environment
  const address = { ...others, QUOTA_BRIDGE_ADDRESS_FILE: `${dir}/address` }
  const bridge = run(t, PROGRAM, ['--config', file], address)
  await bridge.until(/"listening"/)
  const check = (more: NodeJS.ProcessEnv) => run(t, 'src/health-check.ts', [], { ...address, ...more }).ended
  t.equal(await check({}), 0)
  t.equal(await check({ QUOTA_BRIDGE_ADDRESS_FILE: `${dir}/none`, PORT: String(port) }), 0)
  t.equal(await check({ QUOTA_BRIDGE_ADDRESS_FILE: `${dir}/none`, PORT: String(await freePort()) }), 1)
  bridge.child.kill('SIGTERM')
  t.equal(await bridge.ended, 0)
  t.equal(await check({}), 1)
  const unwritable = run(t, SOURCES, ['--config', configurationFile(dir)], {
    ...environment,
    QUOTA_BRIDGE_ADDRESS_FILE: `${dir}/no/such/folder`
  })
  await unwritable.until(/"reason":"ENOENT","msg":"the address for the health check cannot be written/)
  unwritable.child.kill('SIGTERM')
  t.equal(await unwritable.ended, 0)
})

t.test('a stop waits for calls that were passed on as long as server.grace says, and not longer', async t => {
  const target = await startTarget(t, {
    answer: (request, response) => void (request.url === '/slow' && setTimeout(() => response.end('done'), 1000))
  })
  const start = async (grace: string, dir: string) => {
    const yaml = `server: { host: 127.0.0.1, grace: ${grace} }\nforward: { to: "${target.url}" }`
    const file = configurationFile(dir)
    writeFileSync(file, readFileSync(file, 'utf8').replace('server: { host: 127.0.0.1 }', yaml))
    const bridge = run(t, PROGRAM, ['--config', file], environment)
    const [, url = ''] = await bridge.until(/"listener":"public","url":"([^"]+)"/)
    return { bridge, url }
  }
  const dir = t.testdir()
  const patient = await start('20s', dir)
  const slow = fetch(`${patient.url}slow`, { method: 'POST', body: 'hello' })
  while (target.seen.length < 1) await sleep(5)
  patient.bridge.child.kill('SIGTERM')
  t.equal(await (await slow).text(), 'done')
  t.equal(await patient.bridge.ended, 0)

  const hasty = await start('300ms', dir)
  const lost = fetch(`${hasty.url}never`, { method: 'POST', body: 'hello' })
  while (target.seen.length < 2) await sleep(5)
  hasty.bridge.child.kill('SIGTERM')
  await t.rejects(lost)
  t.equal(await hasty.bridge.ended, 1)
  t.match(hasty.bridge.stdout(), /"level":"error".*"graceMs":300,"msg":"stopped before every call was answered/)
})

t.test('the configuration may be named by the environment, and serve spelled out', async t => {
  const bridge = run(t, PROGRAM, ['serve'], {
    ...environment,
    QUOTA_BRIDGE_CONFIG: configurationFile(t.testdir())
  })
  await bridge.until(/"listening"/)
  bridge.child.kill('SIGINT')
  t.equal(await bridge.ended, 0)
})

t.test('a wrong configuration starts nothing, tells every mistake, and ends with 2', async t => {
  const file = configurationFile(t.testdir(), '  other: { provider: nobody }\nstorage: {}')
  const bridge = run(t, PROGRAM, ['--config', file], { ...environment, WIX_PUBLIC_KEY: 'nonsense' })
  t.equal(await bridge.ended, 2)
  t.equal(bridge.stdout(), '')
  t.match(bridge.stderr(), /has 3 mistakes; nothing was started/)
  t.match(bridge.stderr(), /wix\.publicKey \(line 2\) is not a readable public key/)
  t.match(bridge.stderr(), /actions\.other\.provider \(line 10\) is nobody, which stands nowhere under providers/)
  t.match(bridge.stderr(), /storage \(line 11\) is not a known key/)
})

t.test('a level that there is not is told beside the other mistakes, with those there are', async t => {
  for (const args of [['serve'], ['rotate-keys']]) {
    const file = configurationFile(t.testdir(), 'storage: {}')
    const bridge = run(t, SOURCES, [...args, '--config', file], { ...environment, LOG_LEVEL: 'verbose' })
    t.equal(await bridge.ended, 2)
    t.equal(bridge.stdout(), '')
    t.match(bridge.stderr(), /has 2 mistakes; nothing was started/)
    t.match(
      bridge.stderr(),
      /LOG_LEVEL \(in the environment\) is "verbose", but must be one of trace, debug, info, warn, error, fatal, silent/
    )
    t.match(bridge.stderr(), /storage \(line 10\) is not a known key/)
  }
})

t.test('a single mistake without a place is told as well', async t => {
  const bridge = run(t, PROGRAM, ['--config', '/no/such.yaml'])
  t.equal(await bridge.ended, 2)
  t.match(bridge.stderr(), /has one mistake; nothing was started\.\n {2}The file \/no\/such\.yaml cannot be read/)
})

t.test('a wrong command line tells the right one and ends with 2', async t => {
  for (const args of [['--cofnig', 'x'], ['dance'], ['serve', 'twice'], []]) {
    const bridge = run(t, PROGRAM, args, { QUOTA_BRIDGE_CONFIG: '' })
    t.equal(await bridge.ended, 2, args.join(' '))
    t.match(bridge.stderr(), /Usage: quota-bridge/)
  }
})

t.test('--help helps', async t => {
  const bridge = run(t, PROGRAM, ['--help'])
  t.equal(await bridge.ended, 0)
  t.match(bridge.stdout(), /Usage: quota-bridge/)
})

t.test('a port that is taken ends with 1, and says so', async t => {
  const taken = createServer().listen(0, '127.0.0.1')
  t.teardown(() => taken.close())
  await new Promise(resolve => taken.once('listening', resolve))
  const address = taken.address()
  const port = String(typeof address === 'object' && address ? address.port : 0)
  const bridge = run(t, PROGRAM, ['--config', configurationFile(t.testdir())], { ...environment, PORT: port })
  t.equal(await bridge.ended, 1)
  const [line = '', ...more] = bridge.stdout().trim().split('\n').slice(-1)
  t.strictSame(more, [])
  const { level, code, msg, err } = JSON.parse(line)
  t.strictSame({ level, code }, { level: 'fatal', code: 'EADDRINUSE' })
  t.equal(
    msg,
    `cannot start: port ${port} is taken by another program; stop that one, or choose another with server.port or PORT`
  )
  t.equal(err, undefined, 'without a stack')
})

t.test('a start that fails when the database is open already ends with 1 all the same', async t => {
  const postgres = await startPostgres(t)
  const url = await postgres.newDatabase()
  const encryptionKeys = [Buffer.from('a key for tests, of 32 bytes ...')]
  await (await openStore({ url, encryptionKeys, onLost: () => {}, now: Date.now })).close()
  const database = openDatabase(url, () => {})
  await sql`drop table keys`.execute(database.queries)
  await database.close()
  const more = `store: { url: "${url}", encryptionKeys: ["${encryptionKeys[0]?.toString('base64')}"] }`
  const file = configurationFile(t.testdir(), more)
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('host: 127.0.0.1', 'host: 127.0.0.1, publicUrl: "https://quota.example.com"')
  )
  const bridge = run(t, PROGRAM, ['--config', file], environment)
  t.equal(await bridge.ended, 1)
  t.match(bridge.stdout(), /cannot start/)
})

t.test('an error that nobody caught is told, and the service stops', async t => {
  const dir = t.testdir({ 'crash.mjs': 'setTimeout(() => { throw new Error("out of the blue") }, 1500)' })
  const bridge = run(t, PROGRAM, ['--config', configurationFile(dir)], {
    ...environment,
    ...preloading(`${dir}/crash.mjs`, PROGRAM)
  })
  t.equal(await bridge.ended, 1)
  t.match(bridge.stdout(), /out of the blue.*stopping after an error nobody caught/)
})

t.test('rotate-keys re-encrypts the store under the first key, while the service runs', async t => {
  const keys = ['a key for tests, of 32 bytes ...', 'another key for tests, 32 bytes.'].map(text =>
    Buffer.from(text).toString('base64')
  )
  const dir = t.testdir()
  const perSite = (list: string[]) =>
    configurationFile(
      dir,
      `management: { token: a-token-for-tests }\nstore: { url: "file:${dir}/q.db", encryptionKeys: ${JSON.stringify(list)} }`
    )
  const service = run(t, PROGRAM, ['--config', perSite(keys)], environment)
  await service.until(/"listener":"management","url"/)
  const store = await openStore({
    url: `file:${dir}/q.db`,
    encryptionKeys: [Buffer.from(keys[1] ?? '', 'base64')],
    onLost: () => {},
    now: Date.now
  })
  t.teardown(() => store.close())
  await store.connections.put(
    { provider: 'p', instanceId: 'a' },
    { n: 1 },
    { health: 'ok', finding: '', checkedAt: 0 },
    'ops'
  )

  const rotation = run(t, SOURCES, ['rotate-keys', '--config', perSite(keys)], environment)
  t.equal(await rotation.ended, 0)
  t.equal(rotation.stdout(), 're-encrypted: 1, unreadable: 0\n')
  const useless = run(t, SOURCES, ['rotate-keys', '--config', perSite([keys[1] ?? ''])], environment)
  t.equal(await useless.ended, 1)
  t.equal(useless.stdout(), 're-encrypted: 0, unreadable: 1\n')
  t.match(useless.stderr(), /add the key they were saved with/)
  const storeless = run(t, SOURCES, ['rotate-keys', '--config', configurationFile(dir)], environment)
  t.equal(await storeless.ended, 2)
  t.match(storeless.stderr(), /store is missing: without one there is nothing to re-encrypt/)
})
