// quota-bridge config check: the configuration alone, without network and store, for CI and before a start.
import { configurationFile, defineCommand } from './command.ts'
import { EXAMINE_OPTIONS, examineAndShow } from './examining.ts'

export const configCheck = defineCommand({
  name: 'config check',
  summary: 'looks at the configuration alone; asks nobody and writes nothing',
  details:
    'Variables and files that the configuration names must be there, with values of the right form. doctor asks the network too.',
  options: EXAMINE_OPTIONS,
  examples: ['config check --config quota-bridge.yaml --fail-on warning'],
  async run({ values }, context) {
    const file = configurationFile(values.config, context)
    const { result } = await examineAndShow({ file, offline: true, urls: [], all: false }, values, context)
    return result.exitCode
  }
})
