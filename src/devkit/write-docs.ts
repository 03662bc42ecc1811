// npm run docs: writes the generated parts of README.
import { readFileSync, writeFileSync } from 'node:fs'
import { updateReadme } from './docs.ts'

const readme = new URL('../../README.md', import.meta.url)
writeFileSync(readme, updateReadme(readFileSync(readme, 'utf8')))
