// quota-bridge mapping test: the tests that stand beside mappings, without network.
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, type ExitCode, UsageError } from '../exit.ts'
import { MappingTestError, type MappingTestResult, runMappingTests } from '../providers/http/mapping-test.ts'
import { type Paint, paintFor, wrap } from '../terminal.ts'
import { defineCommand } from './command.ts'

const USUAL_FOLDER = 'mappings'
const ENDING = '.test.yaml'

interface TestedFile {
  file: string
  tests: MappingTestResult[]
  /** Why the tests could not be run. */
  mistake?: string
}

export const mappingTest = defineCommand({
  name: 'mapping test',
  summary: 'runs the tests that stand beside mappings, on recorded answers',
  details: `A FILE may be a folder: then all that ends in ${ENDING} within it is meant. Without any it is the folder ${USUAL_FOLDER}. Nobody is asked, and no variable need be set.`,
  rest: 'FILE',
  options: { json: { type: 'boolean', default: false, description: 'prints the results as JSON' } },
  examples: ['mapping test', `mapping test recipes/unkey/mapping${ENDING}`],
  async run({ values: { json }, operands }) {
    const files = (operands.length === 0 ? [USUAL_FOLDER] : operands).flatMap(filesOf)
    const tested: TestedFile[] = []
    for (const file of files) tested.push(await testFile(file))
    const tests = tested.flatMap(({ tests }) => tests)
    const failed = tests.filter(({ differences }) => differences.length > 0).length
    const passed = tests.length - failed
    const isBroken = tested.some(({ mistake }) => mistake !== undefined)
    const write = (text: string) => void process.stdout.write(text)
    if (json) write(`${JSON.stringify({ version: 1, passed, failed, files: tested }, null, 2)}\n`)
    else write(`${tested.map(file => showFile(file, paintFor(process.stdout))).join('')}\n${inWords(passed, failed)}\n`)
    return exitCodeOf(isBroken, failed)
  }
})

/** @throws {UsageError} when there is nothing to run */
function filesOf(path: string): string[] {
  const known = statSync(path, { throwIfNoEntry: false })
  if (!known) throw new UsageError(`There is no ${path}; name files that end in ${ENDING}, or folders of them.`)
  if (!known.isDirectory()) return [path]
  const found = globSync(join(path, `**/*${ENDING}`)).sort()
  if (found.length === 0) throw new UsageError(`In ${path} nothing ends in ${ENDING}.`)
  return found
}

async function testFile(file: string): Promise<TestedFile> {
  try {
    return { file, tests: await runMappingTests(file) }
  } catch (error) {
    if (!(error instanceof MappingTestError)) throw error
    return { file, tests: [], mistake: error.message }
  }
}

function showFile({ file, tests, mistake }: TestedFile, paint: Paint): string {
  const lines = tests.flatMap(({ name, differences }) => [
    `  ${differences.length === 0 ? paint('green', '✓') : paint('red', '✗')} ${name}`,
    ...differences.map(difference => wrap(`      ${difference}`, { indent: ' '.repeat(8) }))
  ])
  const why = mistake === undefined ? [] : [`  ${paint('red', '✗')} ${mistake}`]
  return [paint('bold', file), ...lines, ...why].map(line => `${line}\n`).join('')
}

function inWords(passed: number, failed: number): string {
  return [...(failed > 0 ? [`${failed} failed`] : []), `${passed} passed`].join(', ')
}

function exitCodeOf(isBroken: boolean, failed: number): ExitCode {
  if (isBroken) return EXIT.usage
  return failed > 0 ? EXIT.failed : EXIT.ok
}
