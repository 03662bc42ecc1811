// npm run docs: writes the tables of docs/reference.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { updateReference } from './docs.ts'

const reference = new URL('../../docs/reference.md', import.meta.url)
writeFileSync(reference, updateReference(readFileSync(reference, 'utf8')))
