// The package as npm packs it: what is in it, and that it works in a folder that has nothing else, with production dependencies alone.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { stringify } from 'yaml'
import { createFakeWix } from '../src/devkit/fake-wix.ts'
import { Type, Value } from '../src/schema.ts'
import { ENCRYPTION_KEY } from './helpers/bridge.ts'
import { SOUND } from './helpers/examine.ts'
import { startApi } from './helpers/http-provider.ts'
import { run } from './helpers/process.ts'
import { copyTree } from './helpers/tree.ts'

const Packed = Type.Object({ filename: Type.String(), files: Type.Array(Type.Object({ path: Type.String() })) })
const Lock = Type.Object({ packages: Type.Record(Type.String(), Type.Object({ dev: Type.Optional(Type.Boolean()) })) })

const { path: tree, run: inTree, write } = copyTree(t)
for (const part of ['docs', 'recipes', 'README.md', 'CHANGELOG.md', 'LICENSE', '.npmrc'])
  cpSync(part, join(tree, part), { recursive: true })
const packing = inTree('npm pack --json --loglevel=error')
// What is built beforehand writes there too.
const told: unknown = JSON.parse(packing.stdout.slice(packing.stdout.search(/^[[{]$/m)))
const [packed] = Object.values(Object(told))
if (!Value.Check(Packed, packed)) throw new Error(packing.stdout + packing.stderr)

// Unpacked where npm would install it, beside the dependencies that npm would install with it.
const folder = join(tree, 'empty')
const installed = join(folder, 'node_modules/quota-bridge')
mkdirSync(installed, { recursive: true })
inTree(`tar -xzf ${packed.filename} --strip-components=1 -C ${installed}`)
const lock = Value.Parse(Lock, JSON.parse(readFileSync('package-lock.json', 'utf8')))
for (const [path, { dev }] of Object.entries(lock.packages)) {
  if (dev || !/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || !existsSync(path)) continue
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  symlinkSync(join(process.cwd(), path), join(folder, path))
}
const program = join(folder, 'node_modules/.bin/quota-bridge')
mkdirSync(dirname(program), { recursive: true })
symlinkSync('../quota-bridge/dist/main.js', program)
inTree(`chmod +x ${installed}/dist/main.js`)

const paths = [dirname(program), dirname(process.execPath), process.env.PATH].join(delimiter)

/** Runs the program by its name, in the empty folder, without what tap puts before every program. */
function type(...words: string[]) {
  const env = { ...process.env, PATH: paths, npm_lifecycle_event: undefined }
  return spawnSync('env', ['-u', 'NODE_OPTIONS', 'quota-bridge', ...words], { cwd: folder, encoding: 'utf8', env })
}

t.test('it holds what runs and what is read, and nothing that tests or builds it', async t => {
  const paths = packed.files.map(({ path }) => path)
  const rooms = new Set(paths.map(path => path.split('/')[0]))
  t.strictSame([...rooms].sort(), [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dist',
    'docs',
    'openapi.yaml',
    'package.json',
    'recipes'
  ])
  for (const needed of [
    'dist/main.js',
    'dist/presentation/messages/de.json',
    'dist/providers/docspace/messages/en.json'
  ])
    t.ok(paths.includes(needed), needed)
  t.strictSame(
    paths.filter(path => /devkit|\.test\.js$|\.map$|^dist\/.*[^d]\.ts$/.test(path)),
    []
  )
  const { private: isPrivate, bin, scripts } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  t.equal(isPrivate, undefined)
  t.strictSame(bin, { 'quota-bridge': 'dist/main.js' })
  t.strictSame(
    ['preinstall', 'install', 'postinstall', 'prepare'].filter(script => script in scripts),
    [],
    'nothing runs where it is installed'
  )
})

t.test('its commands run by its name', async t => {
  const version = type('--version')
  t.match(version, { status: 0, stdout: /^quota-bridge \d+\.\d+\.\d+\n$/ }, version.stderr)
  t.match(type('mapping', 'test', 'node_modules/quota-bridge/recipes'), { status: 0, stdout: /\n24 passed\n$/ })
  write('empty/q.yaml', stringify(SOUND))
  t.match(type('config', 'check', '--config', 'q.yaml'), { status: 0, stdout: /4 well\n$/ })
  t.match(type('try', '--config', 'q.yaml', '--provider', 'newsletter'), {
    status: 0,
    stdout: /Emails sent: 346 \/ 500\n/
  })
  t.match(type('doctor', '--config', 'none.yaml'), { status: 2 })
})

t.test("an adapter of one's own is written with its types, tested, and run", async t => {
  cpSync('recipes/adapter-template', join(folder, 'adapter'), { recursive: true })
  write(
    'empty/adapter/tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        ...{ target: 'es2024', module: 'nodenext', strict: true, noEmit: true, skipLibCheck: false, types: ['node'] },
        ...{ exactOptionalPropertyTypes: true, allowImportingTsExtensions: true }
      },
      include: ['*.mts']
    })
  )
  const types = inTree(
    `cd empty/adapter && ${process.cwd()}/node_modules/.bin/tsc --typeRoots ${process.cwd()}/node_modules/@types`
  )
  t.equal(types.status, 0, types.stdout + types.stderr)
  const own = inTree(`cd empty/adapter && ${process.execPath} --test`)
  t.match(own, { status: 0, stdout: /pass 2/ }, own.stdout + own.stderr)
  t.match(type('adapter', 'test', 'adapter/adapter.mts'), { status: 0, stdout: /\n23 passed\n$/ })
})

t.test('it serves', async t => {
  const wix = createFakeWix()
  const wanted = { appId: wix.appId, publicKey: wix.publicKeyPem }
  write('empty/serve.yaml', stringify({ ...SOUND, wix: wanted, server: { host: '127.0.0.1', port: 0 } }))
  const service = run(t, join(installed, 'dist/main.js'), ['--config', join(folder, 'serve.yaml')], {
    NODE_OPTIONS: ''
  })
  const [, url = ''] = await service.until(/"listener":"public","url":"([^"]+)"/)
  const answer = await wix.ask(url, { actionKey: 'send-email' })
  t.equal(answer.status, 200)
  t.match(await answer.text(), /"currentUsage":"346"/)
  service.child.kill('SIGTERM')
  t.equal(await service.ended, 0)
})

/** The shell blocks of a section of README, and what it says is printed. */
function blocksOf(title: string): { shell: string[]; printed: string[] } {
  const [, section = ''] = readFileSync('README.md', 'utf8').split(`\n## ${title}\n`)
  const blocks = [...(section.split('\n## ')[0] ?? '').matchAll(/^```(bash)?\n(.*?)^```$/gms)]
  const textsOf = (isShell: boolean) =>
    blocks.filter(([, language]) => (language === 'bash') === isShell).map(([, , block = '']) => block)
  return { shell: textsOf(true), printed: textsOf(false) }
}

t.test("README's way from an empty folder to a right answer is one", async t => {
  const { shell, printed } = blocksOf('Your own API in ten minutes')
  t.equal(shell.length, 4)
  const [first = '', second = '', third = '', fourth = ''] = shell
  const api = await startApi(t, ({ url, headers }) => {
    if (headers.authorization !== 'Bearer a-key-for-tests') return { status: 401, json: {} }
    const page = new URL(url, 'http://api').searchParams.get('page') ?? '1'
    return { text: readFileSync(`recipes/lago-wallet/recorded/wallets-${page}.json`, 'utf8') }
  })
  const home = join(folder, 'maker')
  mkdirSync(home)
  symlinkSync('../node_modules', join(home, 'node_modules'))
  const wix = createFakeWix()
  const site = '7d2a3a39-0c2b-4e1e-9d52-1f4f1e0c8a11'
  const own = { WIX_APP_ID: wix.appId, WIX_PUBLIC_KEY: wix.publicKeyPem, MANAGEMENT_TOKEN: 'a-token-for-tests' }
  const ports = { PORT: '0', MANAGEMENT_PORT: '0' }
  const env = { ...process.env, ...own, ...ports, LAGO_KEY: 'a-key-for-tests', ENCRYPTION_KEY, SITE: site, PATH: paths }
  /** What is typed, but for what the environment has already. */
  const typeAll = async (block: string) => {
    const typed = block.replace(/^(export|npm init) .*\n/gm, '')
    const words = ['-u', 'NODE_OPTIONS', '-u', 'npm_lifecycle_event', 'bash', '-ec', typed]
    const child = spawn('env', words, { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = once(child, 'close')
    const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    return { status, stdout, stderr }
  }
  t.match(first, /^npm init --yes && npm install \.\/quota-bridge-\*\.tgz\n/, 'npm installs it as it is unpacked here')
  const recorded = await typeAll(first)
  t.match(recorded, { status: 0, stdout: /2 passed/ }, recorded.stderr)
  t.ok(recorded.stdout.endsWith(printed[0] ?? '-'), recorded.stdout)
  // Lago is on this machine.
  const configuration = join(home, 'quota-bridge.yaml')
  const local = readFileSync(configuration, 'utf8').replace('https://api.getlago.com', api.url)
  writeFileSync(configuration, local.replace('    type: http\n', '    type: http\n    allowPrivateHosts: true\n'))
  const asked = await typeAll(second)
  t.match(asked, { status: 0, stdout: /Credits: 3 \/ 41\n/ }, asked.stdout + asked.stderr)

  t.match(third, /^npx quota-bridge --config quota-bridge\.yaml$/m)
  const bridge = spawn('env', ['-u', 'NODE_OPTIONS', 'quota-bridge', '--config', 'quota-bridge.yaml'], {
    cwd: home,
    env
  })
  t.teardown(() => bridge.kill('SIGKILL'))
  let log = ''
  for await (const chunk of bridge.stdout) {
    log += chunk
    if (/"listener":"management","url"/.test(log)) break
  }
  const [, managed = ''] = /"listener":"management","url":"([^"]+)\/"/.exec(log) ?? []
  const [, url = ''] = /"listener":"public","url":"([^"]+)"/.exec(log) ?? []
  const told = await typeAll(fourth.replace('http://127.0.0.1:8081', managed))
  t.match(told.stdout, /What the owner of 7d2a3a39\S+ reads for send\n {4}Prepaid\n {4}Credits: 3 \/ 41\n/, told.stderr)
  const answer = await wix.ask(url, { actionKey: 'send', instanceId: site })
  t.match(await answer.text(), /"featureName":"Credits","currentUsage":"3","limit":"41"/)
})
