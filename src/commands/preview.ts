// quota-bridge preview: a link that opens the pages of the running service once, without its management token being typed anywhere.
import { loadConfiguration } from '../config/load.ts'
import { EXIT, type ExitCode, UsageError } from '../exit.ts'
import { SignInLink } from '../management/sign-in.ts'
import { adapters } from '../providers/index.ts'
import { Value } from '../schema.ts'
import { CONFIG_OPTION, configurationFile, defineCommand } from './command.ts'
import { fail } from './fail.ts'
import { loggerFor } from './logger.ts'

const ANSWER_MS = 5000

export const preview = defineCommand({
  name: 'preview',
  summary: 'makes a link that shows in a browser what site owners read',
  details:
    'It asks the running service for it, with the management token of the configuration. The link works once, within 10 minutes, and opens preview, connections and audit for an hour.',
  options: {
    config: CONFIG_OPTION,
    url: {
      type: 'string',
      value: 'URL',
      description: 'where the management listener is reached from here; what the configuration says when left out'
    }
  },
  examples: ['preview --config q.yaml', 'preview --config q.yaml --url http://127.0.0.1:9081'],
  async run({ values: { config, url } }, context) {
    const { environment } = context
    if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
      throw new UsageError(`--url takes an address such as http://127.0.0.1:8081, not ${url}.`)
    const file = configurationFile(config, context)
    try {
      const { management } = loadConfiguration(file, { environment, adapters })
      const [opener] = management?.tokens ?? []
      if (!management || !opener)
        return tell(`The configuration ${file} has no section management:, so there is no page.`)
      const { origin } = new URL(url ?? addressOf(management))
      return await makeLink(origin, opener.token)
    } catch (error) {
      return fail(error, file, loggerFor(environment))
    }
  }
})

/** Where a listener on this machine is reached from here. */
function addressOf({ host, port }: { host: string; port: number }): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

async function makeLink(origin: string, token: string): Promise<ExitCode> {
  let answer: Response
  try {
    answer = await fetch(`${origin}/v1/sign-in-links`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS)
    })
  } catch {
    return tell(
      `Nothing answers at ${origin}. Is the service running? --url says where its management listener is reached.`
    )
  }
  const told: unknown = await answer.json().catch(() => undefined)
  if (answer.status === 401) return tell(`The service at ${origin} does not take the token of this configuration.`)
  if (!Value.Check(SignInLink, told))
    return tell(`What answers at ${origin} (${answer.status}) is no management listener of Quota Bridge.`)
  process.stdout.write(`${origin}/preview#${told.code}\n`)
  process.stderr.write(`Open it before ${told.endsAt}. It works once.\n`)
  return EXIT.ok
}

function tell(problem: string): ExitCode {
  process.stderr.write(`${problem}\n`)
  return EXIT.failed
}
