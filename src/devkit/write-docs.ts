// npm run docs: writes what of docs/ is made from code.
import { readFileSync, writeFileSync } from 'node:fs'
import { configurationSchema } from './configuration-schema.ts'
import { doctorSchema, updateDoctorPage, updateReference } from './docs.ts'

const docs = (name: string) => new URL(`../../docs/${name}`, import.meta.url)

for (const [name, update] of [
  ['reference.md', updateReference],
  ['doctor.md', updateDoctorPage]
] as const) {
  writeFileSync(docs(name), update(readFileSync(docs(name), 'utf8')))
}
writeFileSync(docs('doctor.schema.json'), doctorSchema())
writeFileSync(docs('quota-bridge.schema.json'), configurationSchema())
