import { readFileSync } from 'node:fs'
import t from 'tap'
import { updateReadme } from '../../src/devkit/docs.ts'

t.test("README's reference is what the code says; `npm run docs` writes it anew", async t => {
  const readme = readFileSync('README.md', 'utf8')
  t.equal(readme, updateReadme(readme))
})

t.test('a README without the places is an error, not an empty reference', async t => {
  t.throws(() => updateReadme('# Quota Bridge'), /README has no place for configuration/)
})
