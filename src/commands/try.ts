// quota-bridge try: one provider asked with one connection, step by step, before Wix asks.
import { EXIT, type ExitCode, UsageError } from '../exit.ts'
import { ConfigurationError } from '../mistakes.ts'
import { RecordedError } from '../providers/http/recorded.ts'
import { adapters } from '../providers/index.ts'
import { paintFor } from '../terminal.ts'
import { showTrial } from '../trial/show.ts'
import { findSubject } from '../trial/subject.ts'
import { type Trial, tryProvider } from '../trial/trial.ts'
import { CONFIG_OPTION, configurationFile, defineCommand } from './command.ts'
import { fail } from './fail.ts'
import { loggerFor } from './logger.ts'

export const tryOut = defineCommand({
  name: 'try',
  summary: 'asks one provider with one connection, and shows each step',
  details:
    'Each request, what each pointer of a mapping found, what became of it, and what an owner reads. Secrets are masked, and nothing is stored. What is wrong elsewhere in the configuration does not matter.',
  options: {
    config: CONFIG_OPTION,
    provider: { type: 'string', value: 'NAME', description: 'the provider, by its name in the configuration' },
    site: { type: 'string', value: 'GUID', description: 'asks with the stored connection of this site' },
    field: {
      type: 'string',
      value: 'NAME=VALUE',
      multiple: true,
      description: "asks with a connection of such values; '${VARIABLE}' in quotes keeps a secret off the command line"
    },
    action: { type: 'string', value: 'KEY', description: 'shows what this action shows, and not every quota' },
    language: {
      type: 'string',
      value: 'TAG',
      multiple: true,
      description: "the owner's languages, best first; en when left out"
    },
    recorded: {
      type: 'string',
      value: 'DIR',
      description: 'asks nobody: REQUEST.json, or REQUEST-1.json and on, are the answers'
    },
    json: { type: 'boolean', default: false, description: 'prints it as JSON' }
  },
  examples: [
    'try --config q.yaml --provider credits --field customer=cus_1',
    'try --config q.yaml --provider credits --recorded recorded --json'
  ],
  async run({ values }, context) {
    const { environment } = context
    const file = configurationFile(values.config, context)
    const { provider: name, site, field: fields = [], action, language: languages = ['en'], recorded, json } = values
    if (name === undefined) throw new UsageError('try needs --provider NAME.')
    if (site !== undefined && fields.length > 0) throw new UsageError('--site and --field do not go together.')
    const isRecorded = recorded !== undefined
    try {
      const wanted = { file, environment, adapters, now: Date.now, name, site, fields, isRecorded }
      const subject = await findSubject(wanted)
      try {
        const trial = await tryProvider(subject, { action, languages, recorded })
        process.stdout.write(json ? `${JSON.stringify(trial, null, 2)}\n` : showTrial(trial, paintFor(process.stdout)))
        return exitCodeOf(trial)
      } finally {
        await subject.examination.close()
      }
    } catch (error) {
      if (error instanceof ConfigurationError) return fail(error, file, loggerFor(environment))
      if (!(error instanceof RecordedError)) throw error
      process.stderr.write(`${error.message}\n`)
      return EXIT.failed
    }
  }
})

/** What is left out is a warning: it may be meant so. */
function exitCodeOf({ failure, values, complaints }: Trial): ExitCode {
  if (failure) return EXIT.failed
  return complaints.length > 0 || values.some(({ problem }) => problem !== undefined) ? EXIT.warnings : EXIT.ok
}
