// npm run messages: whether every catalogue says everything, in the way its language needs. Ends with 1 when one does not.
// It reads the files alone, and none of the code that needs them whole. `npm run messages -- FOLDER` looks at another tree's src.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { catalogueTexts } from '../presentation/catalogue-files.ts'
import { type CatalogueFolder, messageMistakes } from './message-report.ts'

const OUR_OWN = 'presentation/messages'
const src = resolve(process.argv[2] ?? join(import.meta.dirname, '..'))

if (!existsSync(join(src, OUR_OWN))) {
  process.stderr.write(`${src} holds no src of Quota Bridge: there is no ${OUR_OWN} in it\n`)
  process.exit(2)
}

const read = (name: string) => {
  const texts = catalogueTexts(pathToFileURL(`${join(src, name)}/`))
  return new Map([...texts].map(([language, text]) => [language, parse(text)]))
}
const codeIn = (pattern: string) =>
  globSync(pattern, { cwd: src, exclude: ['devkit/**'] })
    .map(file => readFileSync(join(src, file), 'utf8'))
    .join('\n')

const ours = read(OUR_OWN)
const code = codeIn('**/*.ts')
const folders: CatalogueFolder[] = [
  { name: OUR_OWN, files: ours, needed: ['en'], filled: true, isUsed: key => code.includes(`'${key}'`) },
  ...globSync('providers/*/messages', { cwd: src }).map(name => {
    const own = codeIn(`${name.replace(/messages$/, '')}**/*.ts`)
    // A name is used where its adapter spells the feature's id or the plan's kind.
    const isUsed = (key: string) => own.includes(`'${key.slice(key.indexOf('.') + 1)}'`)
    return { name, files: read(name), needed: ['en'], allowed: [...ours.keys()], isUsed }
  })
]

const mistakes = folders.flatMap(messageMistakes)
for (const mistake of mistakes) process.stderr.write(`${mistake}\n`)
for (const { name, files } of folders) process.stdout.write(`${name}: ${files.size} of ${ours.size} languages\n`)
process.stdout.write(mistakes.length === 0 ? 'all whole\n' : `${mistakes.length} mistakes\n`)
process.exitCode = mistakes.length === 0 ? 0 : 1

/** What is not JSON is a mistake among the others. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return error
  }
}
