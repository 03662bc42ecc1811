// npm run wix:call: one call, signed as Wix would sign it.
import { parseArgs } from 'node:util'
import { Value } from '../schema.ts'
import { QuotaInfoAnswer } from '../wix/contract.ts'
import { type FakeCall, type FakeWix, type Method, methods } from './fake-wix.ts'
import { DEMO_APP_ID, KEY_FILE, keptFakeWix } from './kept-key.ts'
import { showAnswer } from './show-answer.ts'

const USAGE = `Usage: npm run wix:call -- --url URL --action KEY [--method NAME] [--language TAG]... [--site GUID] [--app GUID] [--key FILE]

  --url       the base URI, such as http://127.0.0.1:8080/
  --action    the action key
  --method    ${Object.keys(methods).join(', ')}; the first when left out
  --language  the reader's language, as often as needed; en when left out
  --site      the instanceId of the asking site
  --app       the app's id (default: the demo's)
  --key       the private key to sign with (default: ${KEY_FILE}, made when missing)
`

/** What Wix would send beside the action key, for an action whose input is not known here. */
const requests = {
  'quota-info': {},
  invoke: { actionParams: {} },
  'validate-configuration': { inputMapping: '{}' }
}

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
  const { url, action, method, language, site, app, key } = options
  if (!url || !action || !URL.canParse(url)) {
    process.stderr.write(`--url and --action are needed.\n\n${USAGE}`)
    return 2
  }
  if (!isMethod(method)) {
    process.stderr.write(`There is no method ${method}.\n\n${USAGE}`)
    return 2
  }
  const asked = { actionKey: action, request: requests[method], languages: language, ...(site && { instanceId: site }) }
  return call(url, method, asked, keptFakeWix({ appId: app, file: key }))
}

function readArguments() {
  return parseArgs({
    options: {
      url: { type: 'string' },
      action: { type: 'string' },
      method: { type: 'string', default: 'quota-info' },
      language: { type: 'string', multiple: true, default: ['en'] },
      site: { type: 'string' },
      app: { type: 'string', default: DEMO_APP_ID },
      key: { type: 'string', default: KEY_FILE },
      help: { type: 'boolean', short: 'h' }
    }
  }).values
}

function isMethod(name: string): name is Method {
  return Object.hasOwn(methods, name)
}

async function call(url: string, method: Method, asked: FakeCall, wix: FakeWix): Promise<number> {
  let response: Response
  try {
    response = await wix.ask(url, asked, method)
  } catch {
    process.stderr.write(`Nothing answers at ${url}; is the service running there?\n`)
    return 1
  }
  const text = await response.text()
  process.stderr.write(`${response.status} ${response.statusText}\n`)
  const answer = jsonOf(text)
  if (Value.Check(QuotaInfoAnswer, answer))
    process.stderr.write(`${showAnswer(asked.actionKey, answer.actionQuotaInfo)}\n`)
  process.stdout.write(`${answer === undefined ? text : JSON.stringify(answer, null, 2)}\n`)
  return response.ok ? 0 : 1
}

/** The maker's own server may answer with anything. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
