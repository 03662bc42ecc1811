import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { doctorSchema, updateDoctorPage, updateReference } from '../../src/devkit/docs.ts'

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync(['docs/*.md', 'recipes/*.md'])]

t.test('the reference is what the code says; `npm run docs` writes it anew', async t => {
  const reference = readFileSync('docs/reference.md', 'utf8')
  t.equal(reference, updateReference(reference))
})

t.test("the doctor's page and the schema of its JSON are what the code says, too", async t => {
  const page = readFileSync('docs/doctor.md', 'utf8')
  t.equal(page, updateDoctorPage(page))
  t.equal(readFileSync('docs/doctor.schema.json', 'utf8'), doctorSchema())
})

t.test('a page without the places is an error, not an empty page', async t => {
  t.throws(() => updateReference('# Quota Bridge'), /The page has no place for configuration/)
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
