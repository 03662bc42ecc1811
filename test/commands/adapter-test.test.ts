// quota-bridge adapter test, as an author types it: on the template, and on what cannot be tested.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { ENCRYPTION_KEY, sharedWix } from '../helpers/bridge.ts'
import { typed } from '../helpers/command-line.ts'
import { adapterSource } from '../helpers/module.ts'
import { PROGRAM } from '../helpers/process.ts'

/** As its own process, without what tap puts before every program: it takes types out of no file that is required. */
function program(...words: string[]) {
  const names = ['WIX_APP_ID', 'WIX_PUBLIC_KEY', 'MANAGEMENT_TOKEN', 'ENCRYPTION_KEY']
  const values = [sharedWix.appId, sharedWix.publicKeyPem, 'a-token-for-tests', ENCRYPTION_KEY]
  const own = Object.fromEntries(names.map((name, index) => [name, values[index]]))
  const command = ['-u', 'NODE_OPTIONS', process.execPath, PROGRAM, ...words]
  return spawnSync('env', command, { encoding: 'utf8', env: { ...process.env, ...own } })
}

t.test('the template conforms, and its configuration names it', async t => {
  const { status, stdout, stderr } = program('adapter', 'test', 'recipes/adapter-template/adapter.mts')
  t.match({ status, stderr }, { status: 0, stderr: '' })
  t.match(stdout, /^ {2}✓ settings and connection of conformance/)
  t.match(stdout, /\n\n23 passed\n$/)
  for (const line of stdout.split('\n')) t.ok(line.length <= 80, line)
  const check = program('config', 'check', '--config', 'recipes/adapter-template/quota-bridge.yaml')
  t.match(check, { status: 0, stdout: /one provider|1 provider, 1 action/ }, check.stdout)
})

t.test('what does not conform is told, and as JSON', async t => {
  const conformance = "\nexport const conformance = { connection: (url, apiKey) => ({ customer: 'cus_1', apiKey }) }\n"
  const dir = t.testdir({
    'thin.mjs': adapterSource() + conformance,
    'odd.mjs': `${adapterSource()}\nexport const conformance = { connection: 1 }`
  })
  const thin = await typed(t, ['adapter', 'test', join(dir, 'thin.mjs')])
  t.match(thin, { code: 1, out: /✗ each finding of its own is found\n {6}conformance does not say how/ })
  t.match(thin.out, /– a number that is missing is never 0\n {6}skipped, because it asks nobody over HTTP/)
  t.match(thin.out, /\n1 failed, \d+ passed\n$/)
  const json = await typed(t, ['adapter', 'test', join(dir, 'thin.mjs'), '--json'])
  t.match(JSON.parse(json.out), { version: 1, type: 'tested', failed: 1, results: [{ status: 'ok' }] })
  const cases: [string, RegExp][] = [
    [join(dir, 'odd.mjs'), /odd\.mjs exports no conformance with a function connection; see docs\/adapters\.md\./],
    [join(dir, 'none.mjs'), /none\.mjs cannot be found; write a file's path/],
    ['package.json', /package\.json exports an adapter whose type is no text|package\.json exports no adapter/]
  ]
  for (const [module, expected] of cases)
    t.match(await typed(t, ['adapter', 'test', module]), { code: 2, err: expected })
})
