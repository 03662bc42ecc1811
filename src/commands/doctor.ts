// quota-bridge doctor: everything that can be the matter, looked at while the service runs.
import { writeBundle } from '../doctor/bundle.ts'
import type { Examined } from '../doctor/examine.ts'
import { EXIT, type ExitCode, UsageError } from '../exit.ts'
import { configurationFile, defineCommand } from './command.ts'
import { EXAMINE_OPTIONS, examineAndShow } from './examining.ts'

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'looks at everything that can be the matter, and says what to do',
  details:
    'It asks the providers and the network, and changes nothing: it may run beside the service, and opens a SQLite store for reading alone. Each line has a code that docs/doctor.md explains.',
  options: {
    ...EXAMINE_OPTIONS,
    url: {
      type: 'string',
      value: 'URL',
      multiple: true,
      description: 'a base URI of an action, to call as Wix would, beside server.publicUrl'
    },
    action: { type: 'string', value: 'KEY', description: 'also tells what an owner reads for this action' },
    language: {
      type: 'string',
      value: 'TAG',
      multiple: true,
      description: "the owner's languages, best first; en when left out"
    },
    site: { type: 'string', value: 'GUID', description: 'the site that is meant, where each has its own connection' },
    all: { type: 'boolean', default: false, description: 'looks at every row of the store, not at some' },
    bundle: { type: 'string', value: 'FILE', description: 'also writes a support file, without secrets' }
  },
  examples: [
    'doctor --config q.yaml',
    'doctor --config q.yaml --action create-room --language de',
    'doctor --config q.yaml --json --skip QB-WAY-IN'
  ],
  async run({ values }, context) {
    const { url = [], action, language, site, all, bundle } = values
    for (const each of url) {
      if (!/^https?:$/.test(URL.parse(each)?.protocol ?? ''))
        throw new UsageError(`--url takes a base URI such as https://quota.example.com/, not ${each}.`)
    }
    if (language && action === undefined) throw new UsageError('--language goes together with --action.')
    const examined = await examineAndShow(
      {
        file: configurationFile(values.config, context),
        offline: false,
        urls: url,
        all,
        ...(site !== undefined && { site }),
        ...(action !== undefined && { asked: { action, languages: language ?? ['en'] } })
      },
      values,
      context
    )
    return bundle === undefined ? examined.result.exitCode : tellBundle(bundle, examined)
  }
})

function tellBundle(file: string, examined: Examined): ExitCode {
  try {
    writeBundle(file, examined)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const why = code === 'EEXIST' ? 'is there already; name another file' : `cannot be written (${code})`
    process.stderr.write(`The support file ${file} ${why}.\n`)
    return EXIT.failed
  }
  process.stderr.write(`The support file is ${file}. Look through it before you send it.\n`)
  return examined.result.exitCode
}
