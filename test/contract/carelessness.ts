// What no answer of either listener may be, whatever it says: without the headers that all have, or with a secret in it.
import { type Bridge, ENCRYPTION_KEY, MANAGEMENT_TOKEN } from '../helpers/bridge.ts'
import { APP_SECRET } from '../helpers/connect.ts'
import type { Route } from './cases.ts'

const OF_ALL = { 'cache-control': /^no-store$/, 'x-content-type-options': /^nosniff$/ }
const OF_PAGES = {
  'content-security-policy':
    /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action '(none|self)'; frame-ancestors \S/,
  'referrer-policy': /^no-referrer$/
}

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
  const isPage = answer.headers.get('content-type')?.startsWith('text/html') === true
  const wanted = Object.entries(isPage ? { ...OF_ALL, ...OF_PAGES } : OF_ALL)
  const wrong = wanted.filter(([name, value]) => !value.test(answer.headers.get(name) ?? ''))
  const told = `${[...answer.headers.values()].join('\n')}\n${await answer.text()}`
  return [
    ...wrong.map(([name]) => `the header ${name} is missing or wrong`),
    ...(secrets.some(secret => told.includes(secret)) ? ['a secret stands in the answer'] : [])
  ]
}
