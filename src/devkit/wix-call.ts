// npm run wix:call: one quota call, signed as Wix would sign it.
import { parseArgs } from 'node:util'
import { Value } from '../schema.ts'
import { QuotaInfoAnswer } from '../wix/contract.ts'
import { DEMO_APP_ID, KEY_FILE, keptFakeWix } from './kept-key.ts'
import { showAnswer } from './show-answer.ts'

const USAGE = `Usage: npm run wix:call -- --url URL --action KEY [--language TAG]... [--site GUID] [--app GUID] [--key FILE]

  --url       the base URI, such as http://127.0.0.1:8080/
  --action    the action key
  --language  the reader's language, as often as needed; en when left out
  --site      the instanceId of the asking site
  --app       the app's id (default: the demo's)
  --key       the private key to sign with (default: ${KEY_FILE}, made when missing)
`

process.exitCode = await main()

async function main(): Promise<number> {
  let options: ReturnType<typeof readArguments>
  try {
    options = readArguments()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
    return 2
  }
  if (options.help) {
    process.stdout.write(USAGE)
    return 0
  }
  const { url, action, language, site, app, key } = options
  if (!url || !action || !URL.canParse(url)) {
    process.stderr.write(`--url and --action are needed.\n\n${USAGE}`)
    return 2
  }
  return call(url, action, language, site, keptFakeWix({ appId: app, file: key }))
}

function readArguments() {
  return parseArgs({
    options: {
      url: { type: 'string' },
      action: { type: 'string' },
      language: { type: 'string', multiple: true, default: ['en'] },
      site: { type: 'string' },
      app: { type: 'string', default: DEMO_APP_ID },
      key: { type: 'string', default: KEY_FILE },
      help: { type: 'boolean', short: 'h' }
    }
  }).values
}

async function call(
  url: string,
  actionKey: string,
  languages: string[],
  site: string | undefined,
  wix: ReturnType<typeof keptFakeWix>
): Promise<number> {
  let response: Response
  try {
    response = await wix.ask(url, { actionKey, languages, ...(site && { instanceId: site }) })
  } catch {
    process.stderr.write(`Nothing answers at ${url}; is the service running there?\n`)
    return 1
  }
  const answer: unknown = await response.json()
  if (Value.Check(QuotaInfoAnswer, answer)) process.stderr.write(`${showAnswer(actionKey, answer.actionQuotaInfo)}\n`)
  process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`)
  return response.ok ? 0 : 1
}
