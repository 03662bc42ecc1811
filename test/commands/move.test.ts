// What export and import say and leave behind, on a command line.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { commands } from '../../src/commands/index.ts'
import { tellFailure } from '../../src/commands/moving.ts'
import { runCommand } from '../../src/commands/run.ts'
import { createLogger } from '../../src/logging.ts'
import { moveRefusals } from '../../src/store/move/refusal.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { sharedWix } from '../helpers/bridge.ts'
import { logSink } from '../helpers/log-sink.ts'
import { connectionOf, keyOf, MOVE_KEY, ok, openAt } from '../helpers/move.ts'
import { run, SOURCES } from '../helpers/process.ts'
import { shellIn } from '../helpers/shell.ts'

const PASSPHRASE = 'correct horse battery staple'
const STRANGE_KEY = Buffer.alloc(32, 1)

interface Written {
  store?: object
  providers?: object
}

function configure(dir: string, { store, providers }: Written = {}): string {
  const file = `${dir}/quota-bridge.yaml`
  const written = {
    wix: { appId: sharedWix.appId, publicKey: sharedWix.publicKeyPem },
    store: store ?? { url: `file:${dir}/q.db`, encryptionKeys: [MOVE_KEY.toString('base64')] },
    providers: providers ?? { sites: { type: 'docspace', connection: 'per-site' } },
    actions: { room: { provider: 'sites' } }
  }
  writeFileSync(file, JSON.stringify(written))
  return file
}

async function fill(t: Test, dir: string, sites = ['a', 'b']) {
  const store = await openAt(t, `file:${dir}/q.db`, Date.now)
  for (const site of sites) await store.connections.put(keyOf(site), connectionOf(site), ok, 'ops')
  return store
}

/** Runs a command line in this process, and gives what it printed. */
async function type(t: Test, args: string[], environment: NodeJS.ProcessEnv = {}) {
  const out = t.capture(process.stdout, 'write', () => true)
  const err = t.capture(process.stderr, 'write', () => true)
  try {
    const code = await runCommand(args, commands, { environment })
    const text = (calls: { args: unknown[] }[]) => calls.map(({ args: [part] }) => String(part)).join('')
    return { code, out: text(out()), err: text(err()) }
  } finally {
    out.restore()
    err.restore()
  }
}

t.test('the passphrase comes from the environment or a file, and from nowhere else', async t => {
  const dir = t.testdir({ passphrase: `${PASSPHRASE}\r\n`, empty: '\n' })
  const config = configure(dir)
  await fill(t, dir)
  const [file, ofFile] = [`${dir}/one.age`, `${dir}/two.age`]
  const without = await type(t, ['export', file, '--config', config])
  t.match(without, {
    code: 2,
    err: /An export needs a passphrase: QUOTA_BRIDGE_PASSPHRASE or --passphrase-file FILE; or --store-key/
  })
  for (const environment of [{ QUOTA_BRIDGE_PASSPHRASE: '' }, { QUOTA_BRIDGE_PASSPHRASE: 'short' }])
    t.equal((await type(t, ['export', file, '--config', config], environment)).code, 2)
  const weak = await type(t, ['export', file, '--config', config], { QUOTA_BRIDGE_PASSPHRASE: 'elevenchars' })
  t.match(weak.err, /needs 12 characters or more; `openssl rand -base64 24` makes one/)
  t.notMatch(weak.err, /elevenchars/)
  const argument = await type(t, ['export', file, '--config', config, `--passphrase=${PASSPHRASE}`])
  t.match(argument, { code: 2, err: /There is no option --passphrase; known here: .*--passphrase-file/ })
  const missing = await type(t, ['export', file, '--config', config, '--passphrase-file', `${dir}/none`])
  t.match(missing, { code: 2, err: /cannot be read from .*none \(ENOENT\)/ })
  const empty = await type(t, ['import', file, '--config', config, '--passphrase-file', `${dir}/empty`])
  t.match(empty, { code: 2, err: /There is no passphrase in .*empty/ })
  const both = await type(t, [
    'export',
    file,
    '--config',
    config,
    '--passphrase-file',
    `${dir}/passphrase`,
    '--store-key'
  ])
  t.match(both, { code: 2, err: /--store-key and --passphrase-file exclude each other/ })
  t.notOk(existsSync(file), 'nothing was written so far')

  t.equal((await type(t, ['export', file, '--config', config], { QUOTA_BRIDGE_PASSPHRASE: PASSPHRASE })).code, 0)
  t.equal((await type(t, ['export', ofFile, '--config', config, '--passphrase-file', `${dir}/passphrase`])).code, 0)
  const trial = ['import', file, '--merge', '--dry-run', '--config', config]
  t.equal(
    (await type(t, [...trial, '--passphrase-file', `${dir}/passphrase`], { QUOTA_BRIDGE_PASSPHRASE: 'another one' }))
      .code,
    0
  )
  const wrong = await type(t, trial, { QUOTA_BRIDGE_PASSPHRASE: 'another passphrase' })
  t.match(wrong, { code: 1, out: '', err: /^EXPORT_PASSPHRASE_WRONG: / })
  for (const bytes of [readFileSync(file), readFileSync(ofFile)])
    t.notMatch(bytes.toString('latin1'), /acme|sk-fake|connection|sites/, 'nothing in it can be read')
})

t.test('a file is whole or not there, replaced only when that is wished, and never left half-written', async t => {
  const dir = t.testdir()
  const config = configure(dir)
  const store = await fill(t, dir)
  const file = `${dir}/q.age`
  const write = (...more: string[]) => type(t, ['export', file, '--config', config, '--store-key', ...more])
  t.match(await write(), {
    code: 0,
    out: 'exported connections: 2, marks: 0, audit: 2, removals: 0, signing keys: 0, unreadable: 0\n',
    err: ''
  })
  const first = readFileSync(file)
  t.match(await write(), { code: 1, out: '', err: /^EXPORT_EXISTS: There is such a file already .*q\.age.*--replace/ })
  t.strictSame(readFileSync(file), first)
  t.equal((await write('--replace')).code, 0)
  t.notSame(readFileSync(file), first)

  const nowhere = await type(t, ['export', `${dir}/none/q.age`, '--config', config, '--store-key'])
  t.match(nowhere, { code: 1, err: /^FILE_UNUSABLE: .*ENOENT/ })
  const stopping = run(t, SOURCES, ['export', `${dir}/stopped.age`, '--config', config], {
    QUOTA_BRIDGE_PASSPHRASE: PASSPHRASE
  })
  while (!readdirSync(dir).some(name => name.startsWith('stopped.age.'))) await sleep(5)
  stopping.child.kill('SIGTERM')
  t.equal(await stopping.ended, 1)
  t.match(stopping.stderr(), /^EXPORT_STOPPED: /)
  t.strictSame(
    readdirSync(dir).filter(name => name.startsWith('stopped') || name.endsWith('.part')),
    []
  )
  t.match(await store.health(), 'ok')
})

t.test('- is standard output and standard input, with the result apart from the file', async t => {
  const dir = t.testdir()
  configure(dir)
  const store = await fill(t, dir)
  const shell = shellIn(dir, SOURCES)
  const pipe = await shell(
    'quota-bridge export - --store-key --config quota-bridge.yaml | quota-bridge import - --merge --config quota-bridge.yaml'
  )
  t.match(pipe, {
    code: 0,
    out: /^imported connections: 0, .*\nreplaced: 0, left out as older: 2, .*\nopened: 2 of 2\n$/
  })
  t.match(pipe.err, /^exported connections: 2, .*unreadable: 0\n$/)
  const nobody = await shell('quota-bridge export - --store-key --config quota-bridge.yaml | true')
  t.notMatch(nobody.err, /at .*\.ts/, 'no stack when nobody reads')
  t.match(await store.health(), 'ok')
})

t.test('what is to be looked at ends with 3: unreadable connections, and providers that nobody has', async t => {
  const dir = t.testdir()
  const config = configure(dir)
  await fill(t, dir, ['a', 'b', 'c', 'd', 'e'])
  const stranger = await openAt(t, `file:${dir}/q.db`, Date.now, [STRANGE_KEY])
  await stranger.connections.put(keyOf('lost'), connectionOf('lost'), ok, 'ops')
  const file = `${dir}/q.age`
  const exported = await type(t, ['export', file, '--config', config, '--store-key'])
  t.match(exported, {
    code: 3,
    out: /connections: 5, .*unreadable: 1\n$/,
    err: /No key in store\.encryptionKeys opens/
  })
  const merged = await type(t, ['import', file, '--config', config, '--merge'])
  t.match(merged, { code: 3, out: /opened: 5 of 6\n$/, err: /Those that do not open were there before/ })

  const elsewhere = { url: `file:${dir}/other.db`, encryptionKeys: [MOVE_KEY.toString('base64')] }
  const portals = { portals: { type: 'docspace', connection: 'per-site' } }
  const other = configure(dir, { store: elsewhere, providers: portals })
  writeFileSync(other, readFileSync(other, 'utf8').replace('"provider":"sites"', '"provider":"portals"'))
  const moved = await type(t, ['import', file, '--config', other])
  t.match(moved, {
    code: 3,
    out: /opened: 5 of 5\n$/,
    err: /The configuration has no provider sites: the connections with it are kept/
  })
})

t.test('no store, a store that does not answer, a file that is none: each is told in a sentence', async t => {
  const dir = t.testdir({ 'quota.txt': 'something else' })
  const shared = { url: 'https://acme.onlyoffice.com', apiKey: 'sk-fake-of-all-sites' }
  const unkept = configure(dir, { providers: { sites: { type: 'docspace', connection: shared } } })
  const written = JSON.parse(readFileSync(unkept, 'utf8'))
  writeFileSync(unkept, JSON.stringify({ ...written, store: undefined }))
  const storeless = await type(t, ['export', `${dir}/q.age`, '--store-key', '--config', unkept])
  t.match(storeless, { code: 2, err: /store is missing: without one nothing is kept/ })
  const config = configure(dir)
  const none = await type(t, ['export', `${dir}/q.age`, '--store-key', '--config', config])
  t.match(none, { code: 1, out: '', err: /^STORE_MISSING: There is no store yet/ })
  t.notOk(existsSync(`${dir}/q.db`), 'and none is made')
  const foreign = await type(t, ['import', `${dir}/quota.txt`, '--config', config])
  t.match(foreign, { code: 1, out: '', err: /^EXPORT_FOREIGN: / })
  t.notOk(existsSync(`${dir}/q.db`), 'nor for a file that is none')
  t.match(await type(t, ['import', `${dir}/none`, '--config', config]), { code: 1, err: /^FILE_UNUSABLE: .*ENOENT/ })
  t.match(await type(t, ['import', dir, '--config', config]), { code: 1, err: /^FILE_UNUSABLE: .*EISDIR/ })
  const away = configure(dir, {
    store: { url: 'postgres://nobody@127.0.0.1:9/none', encryptionKeys: [MOVE_KEY.toString('base64')] }
  })
  const gone = await type(t, ['export', `${dir}/q.age`, '--store-key', '--config', away])
  t.match(gone, { code: 1, out: '', err: /^STORE_UNAVAILABLE: the database does not answer .*ECONNREFUSED/ })
})

t.test('a fault of ours is logged as one', async t => {
  const { sink, lines } = logSink()
  const err = t.capture(process.stderr, 'write', () => true)
  const logger = createLogger('info', [], sink)
  t.equal(tellFailure(new Error('out of the blue'), 'quota-bridge.yaml', logger), 1)
  t.match(lines.join(''), /out of the blue/)
  t.equal(tellFailure(new StoreError('disk-full', 'no room'), 'quota-bridge.yaml', logger), 1)
  t.match(err()[0]?.args[0], /^STORE_UNAVAILABLE: the disk of the database is full \(no room\)\. Make room on it/)
})

t.test('every refusal stands in the table of the page, word by word', async t => {
  const page = readFileSync('docs/operating.md', 'utf8')
  for (const [code, [what, remedy]] of Object.entries(moveRefusals))
    t.ok(page.includes(`| \`${code}\` | ${what} | ${remedy} |`), code)
})
