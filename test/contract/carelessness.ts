// What no answer of either listener may be, whatever it says: without the headers that all have, or with a secret in it.
import { type Bridge, ENCRYPTION_KEY, MANAGEMENT_TOKEN } from '../helpers/bridge.ts'
import { APP_SECRET } from '../helpers/connect.ts'
import type { Route } from './cases.ts'

const OF_ALL = { 'cache-control': /^no-store$/, 'x-content-type-options': /^nosniff$/ }
const OF_PAGES = { 'referrer-policy': /^no-referrer$/ }
/** By these others would know what runs here, or recognise who asks. */
const NEVER = ['set-cookie', 'server', 'x-powered-by', 'access-control-allow-origin']
/** What a page's policy says at least, by its directives. */
const POLICY = ["default-src 'none'", "base-uri 'none'", 'form-action', 'frame-ancestors']
const UNSAFE = /unsafe-(inline|eval|hashes)|\*|data:|https?:/

/** The same route, and every service that was started on it. */
export function remembering(route: Route): { route: Route; bridges: Bridge[] } {
  const bridges: Bridge[] = []
  const remember = <Started extends Bridge>(bridge: Started) => {
    bridges.push(bridge)
    return bridge
  }
  return {
    bridges,
    route: {
      ...route,
      start: async options => remember(await route.start(options)),
      startManaged: async fate => remember(await route.startManaged(fate))
    }
  }
}

/** Whatever these services know that nobody may be told. */
export function secretsOf(bridges: readonly Bridge[]): string[] {
  return [...bridges.flatMap(({ docspace }) => docspace.secrets), MANAGEMENT_TOKEN, ENCRYPTION_KEY, APP_SECRET]
}

/** What is wrong with an answer; empty when nothing is. */
export async function carelessness(answer: Response, secrets: readonly string[]): Promise<string[]> {
  const { headers } = answer
  const isPage = headers.get('content-type')?.startsWith('text/html') === true
  const wanted = Object.entries(isPage ? { ...OF_ALL, ...OF_PAGES } : OF_ALL)
  const wrong = wanted.filter(([name, value]) => !value.test(headers.get(name) ?? ''))
  const body = await answer.text()
  const told = `${[...headers.values()].join('\n')}\n${body}`
  return [
    ...wrong.map(([name]) => `the header ${name} is missing or wrong`),
    ...NEVER.filter(name => headers.has(name)).map(name => `the header ${name} is there`),
    ...(secrets.some(secret => told.includes(secret)) ? ['a secret stands in the answer'] : []),
    ...(isPage ? carelessnessOfPage(headers.get('content-security-policy') ?? '', body) : [])
  ]
}

/** Of frames the configuration may admit some; of all else nothing comes from elsewhere. */
function carelessnessOfPage(policy: string, body: string): string[] {
  const directives = policy.split('; ')
  const unsafe = directives.filter(each => !each.startsWith('frame-ancestors ') && UNSAFE.test(each))
  return [
    ...POLICY.filter(wanted => !directives.some(each => `${each} `.startsWith(`${wanted} `))).map(
      wanted => `the policy lacks ${wanted}`
    ),
    ...unsafe.map(each => `the policy admits ${each}`),
    ...(/\son\w+=|javascript:|<script(?![^>]*nonce=)/i.test(body) ? ['the page runs what stands in it'] : [])
  ]
}
