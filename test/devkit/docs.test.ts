import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { updateReference } from '../../src/devkit/docs.ts'

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync(['docs/*.md', 'recipes/*.md'])]

t.test('the reference is what the code says; `npm run docs` writes it anew', async t => {
  const reference = readFileSync('docs/reference.md', 'utf8')
  t.equal(reference, updateReference(reference))
})

t.test('a reference without the places is an error, not an empty page', async t => {
  t.throws(() => updateReference('# Quota Bridge'), /The reference has no place for configuration/)
})

t.test('README is read in a few minutes', async t => {
  t.ok(readFileSync('README.md', 'utf8').split('\n').length < 200)
})

t.test('every link from page to page leads to a file, and to a heading of it', async t => {
  for (const page of pages) {
    for (const [, target = ''] of readFileSync(page, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [path = '', heading] = target.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      t.ok(existsSync(file), `${page}: ${target}`)
      if (heading !== undefined) t.ok(headingsOf(file).has(heading), `${page}: ${target}`)
    }
  }
})

/** What GitHub makes of the headings of a page. https://docs.github.com/en/get-started/writing-on-github */
function headingsOf(file: string): Set<string> {
  const headings = readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)
  return new Set(
    [...headings].map(([, text = '']) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-')
    )
  )
}
