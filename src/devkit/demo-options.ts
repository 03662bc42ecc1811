// What `npm run demo` was asked to show.
import { suggest } from '../mistakes.ts'
import { readCommandLine, UsageError } from './command-line.ts'
import { isScenarioName, type ScenarioName, scenarioDescriptions, scenarioNames } from './docspace-scenarios.ts'

const DEFAULT_SCENARIO = 'business-with-storage'
const PORT_MAX = 65_535

const SCENARIOS = scenarioNames.map(name => `  ${name.padEnd(22)} ${scenarioDescriptions[name]}\n`).join('')

export const USAGE = `Usage: npm run demo -- [SCENARIO] [--language TAG]... [--json]

Starts a fake Wix, a fake DocSpace, a maker's own server, and Quota Bridge
between them; shows what a site owner would read, and keeps running.

  --language TAG  the reader's language, such as de; as often as needed
  --json          prints the calls and their answers as they went over the wire,
                  as one JSON document, and ends
  --help          shows this

Environment: PORT is Quota Bridge's port; any free one when left out.

Scenarios of the fake DocSpace (${DEFAULT_SCENARIO} when none is named):
${SCENARIOS}`

export interface Demo {
  scenario: ScenarioName
  /** The reader's, best first. */
  languages: string[]
  /** Of the service; 0 for a free one. */
  port: number
  json: boolean
  help: boolean
}

/**
 * Reads the command line and the environment.
 * @throws {UsageError}
 */
export function readDemo(args: string[], environment: NodeJS.ProcessEnv): Demo {
  const { values, positionals } = readCommandLine({
    args,
    allowPositionals: true,
    options: {
      language: { type: 'string', multiple: true, default: ['en'] },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false }
    }
  })
  const [scenario = DEFAULT_SCENARIO, ...rest] = positionals
  if (!isScenarioName(scenario)) {
    const nearest = suggest(scenario, scenarioNames)
    const hint = nearest.startsWith('did you mean') ? `; ${nearest}` : '.'
    throw new UsageError(`There is no scenario ${scenario}${hint}\n\nScenarios:\n${SCENARIOS.trimEnd()}`)
  }
  if (rest.length > 0) throw new UsageError(`One scenario at a time: ${scenario}, without ${rest.join(', ')}.`)
  return { scenario, languages: values.language, port: readPort(environment), json: values.json, help: values.help }
}

function readPort({ PORT = '0' }: NodeJS.ProcessEnv): number {
  const port = /^\d{1,5}$/.test(PORT) ? Number(PORT) : Number.NaN
  if (port <= PORT_MAX) return port
  throw new UsageError(
    `PORT is ${PORT || 'empty'}, which is no port: give a number up to ${PORT_MAX}, or leave PORT out.`
  )
}
