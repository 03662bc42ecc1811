// quota-bridge adapter test: whether a module's adapter does what every adapter must do.
import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { type Conformed, testConformance } from '../conformance/suite.ts'
import { EXIT, UsageError } from '../exit.ts'
import type { Conformance } from '../providers/conformance.ts'
import { loadModule } from '../providers/module/load.ts'
import { adapterIn } from '../providers/module/shape.ts'
import { type Paint, paintFor, wrap } from '../terminal.ts'
import { defineCommand } from './command.ts'

const INDENT = ' '.repeat(6)

export const adapterTest = defineCommand({
  name: 'adapter test',
  summary: "tests whether a module's adapter does what every adapter must do",
  details:
    'MODULE is a file or an installed package, as a provider of type module names it. Beside its adapter it exports conformance: what its upstream answers, and a connection that leads there. Nobody is asked but a server on this machine.',
  operands: ['MODULE'],
  options: { json: { type: 'boolean', default: false, description: 'prints the results as JSON' } },
  examples: ['adapter test ./my-adapter.ts'],
  async run({ values: { json }, operands: [name = ''] }) {
    const { adapter, conformance } = load(name)
    const results = await testConformance(adapter, conformance)
    const [passed, failed] = (['ok', 'failed'] as const).map(
      wanted => results.filter(({ status }) => status === wanted).length
    )
    const write = (text: string) => void process.stdout.write(text)
    if (json)
      write(`${JSON.stringify({ version: 1, module: name, type: adapter.type, passed, failed, results }, null, 2)}\n`)
    else write(`${show(results, paintFor(process.stdout))}\n${failed ? `${failed} failed, ` : ''}${passed} passed\n`)
    return failed ? EXIT.failed : EXIT.ok
  }
})

function load(name: string) {
  // A file is one also without ./ before it.
  const path = !isAbsolute(name) && !name.startsWith('.') && existsSync(name) ? `./${name}` : name
  const loaded = loadModule(path, process.cwd())
  if (typeof loaded === 'string') throw new UsageError(`${name} ${loaded}.`)
  const adapter = adapterIn(loaded.exports)
  if (typeof adapter === 'string') throw new UsageError(`${name} ${adapter}.`)
  const { conformance } = loaded.exports
  if (!isConformance(conformance))
    throw new UsageError(`${name} exports no conformance with a function connection; see docs/adapters.md.`)
  return { adapter, conformance }
}

function isConformance(value: unknown): value is Conformance {
  const { connection, settings = connection, answers = {}, findings = {} } = Object(value)
  const functions = [connection, settings].every(part => typeof part === 'function')
  return functions && [answers, findings].every(part => typeof part === 'object' && part !== null)
}

function show(results: readonly Conformed[], paint: Paint): string {
  const signs = { ok: paint('green', '✓'), failed: paint('red', '✗'), skipped: paint('gray', '–') }
  const lines = results.flatMap(({ name, status, why }) => [
    `  ${signs[status]}${wrap(`    ${name}`, { indent: INDENT }).slice(3)}`,
    ...(why === undefined
      ? []
      : [wrap(`${INDENT}${status === 'skipped' ? 'skipped, because ' : ''}${why}`, { indent: INDENT })])
  ])
  return `${lines.join('\n')}\n`
}
