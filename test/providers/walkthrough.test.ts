// docs/adapters.md makes an adapter: its files, copied from the page into a copy of the tree, are whole and right.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { copyTree } from '../helpers/tree.ts'

/** The files that the page shows, by path. */
function filesOf(page: string): Map<string, string> {
  const found = page.matchAll(/^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$/gms)
  return new Map([...found].map(([, path = '', text = '']) => [path, text]))
}

t.test('the adapter of the page can be built, checked and tested as it stands there', async t => {
  const files = filesOf(readFileSync('docs/adapters.md', 'utf8'))
  t.strictSame(
    [...files.keys()],
    [
      'src/providers/tally/index.ts',
      'src/providers/tally/messages/en.json',
      'src/providers/index.ts',
      'test/providers/tally/index.test.ts'
    ]
  )
  const registry = files.get('src/providers/index.ts') ?? ''
  t.equal(
    registry.replace(/^import \{ tally .*\n/m, '').replace(', tally]', ']'),
    readFileSync('src/providers/index.ts', 'utf8'),
    'the registry is that of the code, and a line'
  )
  const { write, run } = copyTree(t)
  for (const [path, text] of files) write(path, text)
  const types = run('npm run --silent types')
  t.equal(types.status, 0, types.stdout + types.stderr)
  const style = run(`npx biome check --vcs-enabled=false ${[...files.keys()].join(' ')}`)
  t.equal(style.status, 0, style.stdout + style.stderr)
  const messages = run('npm run --silent messages')
  t.match(messages.stdout, /providers\/tally\/messages: 1 of \d+ languages/, messages.stderr)
  const tests = run('node test/providers/tally/index.test.ts')
  t.equal(tests.status, 0, tests.stdout + tests.stderr)
  t.match(tests.stdout, /# \{ total: \d+, pass: \d+ \}|ok 4 - hosts/)
})
