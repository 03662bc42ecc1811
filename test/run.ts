// What `npm test` runs: the tests of one folder and those below it in one process, since starting a process costs more than most
// files' tests. The programs that tests start are those of the bundle (test/helpers/process.ts).
// Arguments go on to tap.
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'

const GROUPS = join('.tap', 'groups')
/** Folders of which each file has a process of its own: their tests take longest, and start processes themselves. */
const LONG = ['test', 'test/contract']
/** Folders that are begun first, since they take longest: none is left to run on alone. */
const EARLY = ['test/commands', 'test/devkit', 'test/providers', 'test/public', 'test/store']
/** Folders of few seconds each, which share one process. */
const SHORT = [
  'test/conformance',
  'test/mutation',
  'test/presentation',
  'test/preview',
  'test/quota',
  'test/webhooks',
  'test/wix'
]
/** Files that measure or change what a whole process shares: its heap, its time zone. */
const ALONE = [
  'test/freshness/resilience.test.ts',
  'test/presentation/memory.test.ts',
  'test/providers/docspace/dates.test.ts'
]

rmSync(GROUPS, { recursive: true, force: true })
mkdirSync(GROUPS, { recursive: true })
const files = globSync('test/**/*.test.ts').sort()
const groups = Map.groupBy(files, file => {
  const name = (path: string) => path.replace(/\.test\.ts$/, '').replaceAll('/', '-')
  if (LONG.includes(dirname(file))) return `1-${name(file)}`
  if (ALONE.includes(file)) return `2-${name(file)}`
  const folder = file.split('/').slice(0, 2).join('/')
  if (SHORT.includes(folder)) return '2-test-short'
  return `${EARLY.includes(folder) ? 0 : 2}-${name(folder)}`
})
for (const [name, members] of groups) {
  const imports = members.map(file => `import '${relative(GROUPS, dirname(file))}/${basename(file)}'\n`)
  writeFileSync(join(GROUPS, `${name}.test.ts`), imports.join(''))
}

const { status } = spawnSync('tap', ['run', ...process.argv.slice(2), `${GROUPS}/*.test.ts`], {
  stdio: 'inherit',
  env: { ...process.env, TESTED_BUNDLE: 'bundle/main.js' }
})
process.exitCode = status ?? 1
