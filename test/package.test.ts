// The package as npm packs it: what is in it, and that it works in a folder that has nothing else, with production dependencies alone.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { createFakeWix } from '../src/devkit/fake-wix.ts'
import { Type, Value } from '../src/schema.ts'
import { SOUND } from './helpers/examine.ts'
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

/** Runs the program by its name, in the empty folder, without what tap puts before every program. */
function type(...words: string[]) {
  const PATH = [dirname(program), dirname(process.execPath), process.env.PATH].join(delimiter)
  const env = { ...process.env, PATH, npm_lifecycle_event: undefined }
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
      include: ['*.ts']
    })
  )
  const types = inTree(
    `cd empty/adapter && ${process.cwd()}/node_modules/.bin/tsc --typeRoots ${process.cwd()}/node_modules/@types`
  )
  t.equal(types.status, 0, types.stdout + types.stderr)
  const own = inTree(`cd empty/adapter && ${process.execPath} --test`)
  t.match(own, { status: 0, stdout: /pass 2/ }, own.stdout + own.stderr)
  t.match(type('adapter', 'test', 'adapter/adapter.ts'), { status: 0, stdout: /\n23 passed\n$/ })
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
