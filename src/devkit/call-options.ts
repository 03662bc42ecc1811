// What `npm run wix:call` was asked to do.
import { suggest } from '../mistakes.ts'
import { readCommandLine, UsageError } from './command-line.ts'
import { type FakeCall, type Method, methods } from './fake-wix.ts'
import { DEMO_APP_ID, KEY_FILE } from './kept-key.ts'

const METHODS = Object.keys(methods).filter(isMethod)
const APP_REMOVED = 'AppRemoved'
const EVENTS = '/v1/app-events'

export const USAGE = `Usage: npm run wix:call -- --url URL --action KEY [OPTION]...
       npm run wix:call -- --url URL --event AppRemoved --site GUID [OPTION]...
       npm run wix:call -- --public-key

Signs a call as Wix would, makes it, and shows the answer.

  --url URL        the base URI, such as localhost:8080
  --action KEY     the action key
  --method NAME    ${METHODS.join(', ')};
                   the first when left out
  --event NAME     in the place of an action: ${APP_REMOVED}, told to ${EVENTS}
  --language TAG   the reader's language, as often as needed; en when left out
  --site GUID      the instanceId of the asking site
  --app GUID       the app's id; the demo's when left out
  --key FILE       the private key to sign with, made when missing;
                   ${KEY_FILE} when left out
  --json           prints the answer as it came
  --public-key     prints the key's public half, for wix.publicKey
  --help           shows this

Exit codes: 0 answered well, 1 with an error, by something else, or not at all,
2 wrong command line.
`

/** What Wix would send beside the action key, for an action whose input is not known here. */
const requests = {
  'quota-info': {},
  invoke: { actionParams: {} },
  'validate-configuration': { inputMapping: '{}' }
}

/** A call of an action's method, or an app event. */
export type Asked =
  | { url: string; method: Method; call: FakeCall }
  | { url: string; event: { eventType: string; instanceId: string } }

interface Signer {
  app: string
  key: string
}
export type Wanted =
  | ({ kind: 'call'; asked: Asked; json: boolean } & Signer)
  | ({ kind: 'public-key' } & Signer)
  | { kind: 'help' }

/**
 * Reads the command line.
 * @throws {UsageError}
 */
export function readCall(args: string[]): Wanted {
  const { values } = readCommandLine({
    args,
    options: {
      url: { type: 'string' },
      action: { type: 'string' },
      method: { type: 'string' },
      event: { type: 'string' },
      language: { type: 'string', multiple: true, default: ['en'] },
      site: { type: 'string' },
      app: { type: 'string', default: DEMO_APP_ID },
      key: { type: 'string', default: KEY_FILE },
      json: { type: 'boolean', default: false },
      'public-key': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false }
    }
  })
  const { url, action, method, event, language, site, json, app, key } = values
  if (values.help) return { kind: 'help' }
  if (values['public-key']) return { kind: 'public-key', app, key }
  if (!url) throw missing('--url', 'localhost:8080')
  const base = baseUri(url)
  if (event !== undefined) {
    if (action !== undefined || method !== undefined) throw new UsageError('An event has no --action and no --method.')
    if (event !== APP_REMOVED) throw new UsageError(`There is no event ${event}; ${suggest(event, [APP_REMOVED])}`)
    if (!site) throw missing('--site', '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11')
    // Always at the root, whatever the base path is.
    const asked = { url: new URL(EVENTS, base).href, event: { eventType: event, instanceId: site } }
    return { kind: 'call', asked, json, app, key }
  }
  if (!action) throw missing('--action', 'create-room')
  const name = method ?? 'quota-info'
  if (!isMethod(name)) throw new UsageError(`There is no method ${name}; ${suggest(name, METHODS)}`)
  const call = { actionKey: action, request: requests[name], languages: language, ...(site && { instanceId: site }) }
  return { kind: 'call', asked: { url: base, method: name, call }, json, app, key }
}

function missing(option: string, example: string): UsageError {
  return new UsageError(`${option} is missing, such as ${option} ${example}\n\n${USAGE}`)
}

function isMethod(name: string): name is Method {
  return Object.hasOwn(methods, name)
}

/** The base URI as Wix has it: with a scheme, and without the path that Wix puts behind it. */
function baseUri(text: string): string {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${usualScheme(text)}//${text}`)
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--url ${text} is no address of the web; write it like http://localhost:8080/`)
  const path = url.pathname.replace(/\/+$/, '')
  const behind = [...Object.values(methods), EVENTS].find(each => path.endsWith(each))
  if (behind !== undefined) return `${url.origin}${path.slice(0, -behind.length)}`
  return `${url.origin}${text.endsWith('/') ? url.pathname : path}`
}

/** Names with a port, addresses and this machine itself are rarely behind TLS. */
function usualScheme(text: string): 'http:' | 'https:' {
  return /^([^/]*:\d+|localhost|[\d.]+|\[[^/]*\])($|\/)/i.test(text) ? 'http:' : 'https:'
}
