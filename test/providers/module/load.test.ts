// A module that a configuration names is loaded when it is read; what is wrong with it is a mistake with its place and a remedy.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { differenceOf } from '../../../src/config/difference.ts'
import { ConfigurationError } from '../../../src/mistakes.ts'
import { ProviderError } from '../../../src/provider-error.ts'
import { adapterSource, configureModule } from '../../helpers/module.ts'

const MODULE = { 'package.json': '{"type":"module"}' }

/** Node loads a file once: each needs a name of its own. */
let count = 0

/** The mistake of a configuration with such a module, as it is told. */
function mistakeOf(
  t: Test,
  source: string,
  given: { name?: string; file?: string; more?: object; files?: Record<string, string> } = {}
): string {
  const { name = `./mine-${++count}.js`, file = name, more = {}, files = {} } = given
  const folder = t.testdir()
  try {
    configureModule(folder, name, { ...MODULE, [file]: source, ...files }, more)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const [mistake, ...others] = error.mistakes
    t.strictSame(others, [])
    t.ok(mistake?.line)
    return `${mistake?.path.join('.')} ${mistake?.message}`
  }
  return 'none'
}

t.test('a file beside the configuration, TypeScript or not, and a package that is installed there', async t => {
  const typed = adapterSource().replace('({ customer })', '({ customer }: { customer: string })')
  const settings = (folder: string, name: string, files: Record<string, string>) => {
    const mine = configureModule(folder, name, files, { plan: 'free' }).providers.get('mine')
    return [mine?.adapter.title, Object(mine?.settings).plan]
  }
  const folder = t.testdir()
  t.strictSame(settings(folder, './a.ts', { 'a.ts': typed }), ['Tested', 'free'])
  t.strictSame(
    settings(folder, './lib/b.mjs', {
      'lib/b.mjs': adapterSource().replace('export const adapter =', 'export default')
    }),
    ['Tested', 'free']
  )
  t.strictSame(settings(folder, join(folder, 'a.ts'), {}), ['Tested', 'free'], 'a whole path')
  const installed = {
    'node_modules/quota-tested/package.json': '{"name":"quota-tested","type":"module","exports":"./main.js"}',
    'node_modules/quota-tested/main.js': adapterSource()
  }
  t.strictSame(settings(folder, 'quota-tested', installed), ['Tested', 'free'])
})

t.test('an error of a module is one of ours, wherever it imports it from', async t => {
  const source = `${adapterSource()}\nexport { ProviderError }\n`
  const folder = t.testdir()
  configureModule(folder, './mine.mjs', { 'mine.mjs': source })
  const { ProviderError: imported } = await import(join(folder, 'mine.mjs'))
  t.equal(imported, ProviderError)
})

t.test('what cannot be loaded', async t => {
  const at = /^providers\.mine\.module is \.\/mine-\d+\.js, which /
  const wrong: [string, RegExp][] = [
    ['export const adapter = {', /is not JavaScript, or TypeScript whose types can be taken out: .*; correct it/],
    ['await 1; export const adapter = 1', /waits \(await\) at its top level, where it must be loaded at once;/],
    [
      "throw new TypeError('no luck')",
      /throws TypeError when it is loaded: no luck; see that it can be loaded by itself/
    ],
    ['throw 1', /throws what is no error when it is loaded; see/],
    [
      "import 'not-installed'",
      /needs what is not there: Cannot find package 'not-installed'.*; install it beside the module/
    ],
    ['export const other = 1', /exports no adapter; export it as default, or under the name adapter/]
  ]
  for (const [source, expected] of wrong) {
    const told = mistakeOf(t, source)
    t.match(told, at)
    t.match(told, expected)
  }
  const commonJs = { name: './old/mine.js', files: { 'old/package.json': '{"type":"commonjs"}' } }
  t.match(
    mistakeOf(t, adapterSource(), commonJs),
    /is taken for CommonJS, as a package\.json above it says; call it \.mts or \.mjs, or write "type": "module" there/
  )
  t.match(
    mistakeOf(t, '', { name: './none.js', file: './other.js' }),
    /\.\/none\.js, which cannot be found; write a file's path from the configuration's folder/
  )
  const packaged = (manifest: object, file: string) => ({
    name: `mine-${file}`,
    files: {
      [`node_modules/mine-${file}/package.json`]: JSON.stringify(manifest),
      [`node_modules/mine-${file}/${file}`]: 'export const a: number = 1'
    }
  })
  t.match(
    mistakeOf(t, '', packaged({ exports: { import: './a.js' } }, 'a.js')),
    /exports nothing under that name to be loaded at once; give its exports the condition "default"/
  )
  t.match(
    mistakeOf(t, '', packaged({ exports: './a.ts' }, 'a.ts')),
    /is a package of TypeScript, which Node runs only outside of node_modules; compile it/
  )
  t.match(
    mistakeOf(t, '', { more: { module: undefined } }),
    /^providers\.mine\.module is missing: the adapter: a file's path/
  )
})

t.test('what is no adapter, by the first thing that is wrong', async t => {
  const wrong: [Record<string, string>, RegExp][] = [
    [{ type: '' }, /type is no text/],
    [{ title: '7' }, /title is no text/],
    [{ settingsSchema: '{ type: "object" }' }, /settingsSchema is no Type\.Object of quota-bridge\/adapter/],
    [{ connectionSchema: '' }, /connectionSchema is no Type\.Object/],
    [
      { settingsSchema: 'Type.Object({ deadline: Type.String() })' },
      /settingsSchema has deadline, which every provider has/
    ],
    [{ findings: '{ Bad: ["a", "b"] }' }, /findings are not keys such as not-paid/],
    [{ messages: 'new URL("file:///x/")' }, /messages are not read from a module; give names in the report/],
    [{ create: '' }, /create is no function; see docs\/adapters\.md/],
    [{ tidyConnection: '7' }, /tidyConnection is no function; write one, or leave it out/]
  ]
  for (const [parts, expected] of wrong) t.match(mistakeOf(t, adapterSource(parts)), expected)
})

t.test('settings that the adapter does not take, and one that fails over them', async t => {
  t.match(
    mistakeOf(t, adapterSource(), { more: { plna: 'x' } }),
    /^providers\.mine\.plna is not a known key; did you mean plan\?/
  )
  const objects = "settings => settings.plan === 'pro' ? [] : [{ path: ['plan'], message: 'must be pro' }]"
  t.match(
    mistakeOf(t, adapterSource({ settingsMistakes: objects }), { more: { plan: 'x' } }),
    /^providers\.mine\.plan must be pro/
  )
  t.equal(mistakeOf(t, adapterSource({ settingsMistakes: objects })), 'none')
  t.match(
    mistakeOf(t, adapterSource({ settingsMistakes: '() => { throw 1 }' })),
    /^providers\.mine\.module has an adapter whose settingsMistakes fails; run quota-bridge adapter test on it/
  )
  t.match(
    mistakeOf(t, adapterSource({ features: '() => ["credits"]' })),
    /^providers\.mine\.module has an adapter whose features fails/
  )
  const quoting = "({ token }) => [{ path: ['token'], message: `must not be ${token}` }]"
  const schema = 'Type.Object({ token: Secret() })'
  const told = mistakeOf(t, adapterSource({ settingsSchema: schema, settingsMistakes: quoting }), {
    more: { token: 'recognisable' }
  })
  t.equal(told, 'providers.mine.token is not what the adapter takes')
})

t.test('a module that changed on disk needs a restart, since Node loads it once', async t => {
  const folder = t.testdir()
  const before = configureModule(folder, './mine.js', { ...MODULE, 'mine.js': adapterSource() })
  const same = configureModule(folder, './mine.js', {})
  t.strictSame(differenceOf(before, same), { restart: [], live: [] })
  writeFileSync(join(folder, 'mine.js'), adapterSource({ title: "'Another'" }))
  const after = configureModule(folder, './mine.js', {})
  t.equal(after.providers.get('mine')?.adapter.title, 'Tested')
  t.strictSame(differenceOf(before, after).restart, ['providers.mine.module'])
  const first = mistakeOf(t, 'await 1', { name: './broken.js' })
  t.match(first, /waits \(await\) at its top level/)
  const again = mistakeOf(t, adapterSource(), { name: './broken.js' })
  t.match(again, /could not be loaded when it was another; start again, since Node does not load it anew/)
})
