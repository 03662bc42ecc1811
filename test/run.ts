// What `npm test` runs: the tests of one folder in one process, since starting a process costs more than most files' tests.
// Arguments go on to tap.
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'

const GROUPS = join('.tap', 'groups')
/** Folders of which each file has a process of its own: their tests take longest, and start processes themselves. */
const LONG = ['test', 'test/commands', 'test/contract']
/** Folders whose tests take long too, but share a process: begun first, so that none is left to run on alone. */
const EARLY = ['test/devkit', 'test/freshness', 'test/store', 'test/workers']
/** Files that measure or change what a whole process shares: its heap, its time zone. */
const ALONE = [
  'test/freshness/resilience.test.ts',
  'test/presentation/memory.test.ts',
  'test/providers/docspace/dates.test.ts'
]

rmSync(GROUPS, { recursive: true, force: true })
mkdirSync(GROUPS, { recursive: true })
const files = globSync('test/**/*.test.ts').sort()
const names = Map.groupBy(files, file => {
  const name = file.replace(/\.test\.ts$/, '').replaceAll('/', '-')
  if (LONG.includes(dirname(file))) return `1-${name}`
  if (ALONE.includes(file)) return `2-${name}`
  return `${EARLY.includes(dirname(file)) ? 1 : 2}-${dirname(file).replaceAll('/', '-')}`
})
for (const [name, members] of names) {
  const imports = members.map(file => `import '${relative(GROUPS, dirname(file))}/${basename(file)}'\n`)
  writeFileSync(join(GROUPS, `${name}.test.ts`), imports.join(''))
}

const { status } = spawnSync('tap', ['run', ...process.argv.slice(2), `${GROUPS}/*.test.ts`], { stdio: 'inherit' })
process.exitCode = status ?? 1
