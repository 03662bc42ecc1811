// npm run messages: whether every catalogue says everything, in the way its language needs. Ends with 1 when one does not.
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { MESSAGE_KEYS, MESSAGES_DIRECTORY, readCatalogueFiles } from '../presentation/catalogues.ts'
import { messageMistakes } from './message-report.ts'

const [folder] = process.argv.slice(2)
const catalogues = readCatalogueFiles(folder ? pathToFileURL(`${folder}/`) : MESSAGES_DIRECTORY)

const cwd = fileURLToPath(new URL('../', import.meta.url))
const files = globSync('**/*.ts', { cwd, exclude: ['devkit/**'] })
const sources = new Map(files.map(file => [file, readFileSync(`${cwd}${file}`, 'utf8')]))

const mistakes = messageMistakes(catalogues, sources)
for (const mistake of mistakes) process.stderr.write(`${mistake}\n`)
const result = mistakes.length === 0 ? 'all whole' : `${mistakes.length} mistakes`
process.stdout.write(`${catalogues.size} languages, ${MESSAGE_KEYS.length} messages: ${result}\n`)
process.exitCode = mistakes.length === 0 ? 0 : 1
