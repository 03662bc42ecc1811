// Signed calls as Wix sends them, each with a request id of its own, over many sites and some languages: nothing can be won by
// remembering one.
import { randomUUID } from 'node:crypto'
import type { FakeWix } from '../../src/devkit/fake-wix.ts'

export const LANGUAGES = ['en-US', 'de-DE', 'ja-JP', 'pt-BR', 'ar']
export const ACTION = 'create-room'

export interface SignedCall {
  /** The whole HTTP request. */
  request: Buffer
  /** Calls of one kind have the same answer. */
  kind: string
}

export const sitesOf = (count: number): string[] => Array.from({ length: count }, () => randomUUID())

/** `count` calls of sites in turn; `kindOf` says whose numbers a site is shown. */
export async function signCalls(
  wix: FakeWix,
  sites: readonly string[],
  count: number,
  { forged = false, kindOf = () => '' }: { forged?: boolean; kindOf?: (site: number) => string } = {}
): Promise<SignedCall[]> {
  const calls: SignedCall[] = []
  for (let index = 0; index < count; index++) {
    const site = index % sites.length
    const language = LANGUAGES[Math.floor(index / sites.length) % LANGUAGES.length] ?? ''
    const instanceId = sites[site] ?? ''
    const jws = await wix.sign(wix.payload({ actionKey: ACTION, instanceId, languages: [language] }))
    calls.push({ request: requestOf(forged ? bent(jws) : jws), kind: `${kindOf(site)} ${language}` })
  }
  return calls
}

function requestOf(body: string): Buffer {
  const head = [
    'POST /v1/quota-info HTTP/1.1',
    'host: 127.0.0.1',
    'user-agent: Wix',
    'accept-encoding: gzip, deflate',
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    '\r\n'
  ]
  return Buffer.from(head.join('\r\n') + body)
}

/** The same, with a signature of the same length that does not fit. */
function bent(jws: string): string {
  const at = jws.lastIndexOf('.') + 10
  return `${jws.slice(0, at)}${jws[at] === 'A' ? 'B' : 'A'}${jws.slice(at + 1)}`
}
