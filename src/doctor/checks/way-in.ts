// QB-WAY-IN: whether Wix's calls would arrive. A call signed with a key of nobody's must be refused by us, in our form.
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { CompactSign } from 'jose'
import { Value } from '../../schema.ts'
import { ErrorAnswer, QuotaInfoAnswer } from '../../wix/contract.ts'
import { type Check, type Found, forEach, Skip } from '../check.ts'
import type { Examination } from '../examination.ts'
import { type Answered, call, type Hop } from '../hops.ts'

export const wayIn: Check = {
  code: 'QB-WAY-IN',
  group: 'Ways',
  looksAt:
    'A quota call that is signed with a throw-away key is sent to `server.publicUrl` and to each `--url`. That it is refused with 401 in our own form proves DNS, TLS, proxy and base path. The service notes one refused call.',
  warnsWhen: 'It arrives, but the service is too busy to look at it.',
  failsWhen: 'It does not arrive: the line names the hop. Or it is answered as if it were signed.',
  async run(examination) {
    const targets = baseUris(examination)
    if (targets.size === 0) throw new Skip('server.publicUrl is not set, and no --url names a base URI')
    const body = await throwAwayCall(examination)
    return forEach(targets, ({ place }, base) => look(base, body, place))
  }
}

/** Where Wix would call: what the command line names, and the public address with each base path. */
function baseUris({
  urls,
  parts: { server, basePaths = [] }
}: Examination): Map<string, { place?: readonly string[] }> {
  const configured = server?.publicUrl ? basePaths.map(path => `${server.publicUrl?.replace(/\/$/, '')}${path}`) : []
  return new Map([
    ...configured.map(url => [url, { place: ['server', 'publicUrl'] }] as const),
    ...urls.map(url => [url, {}] as const)
  ])
}

async function throwAwayCall({ parts: { wix, actions }, now }: Examination): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const [actionKey = 'doctor'] = actions?.keys() ?? []
  const seconds = Math.floor(now() / 1000)
  const payload = {
    data: { request: { actionKey }, metadata: { requestId: `quota-bridge-doctor-${randomUUID()}` } },
    aud: wix?.appId ?? '',
    iss: 'wix.com',
    iat: seconds,
    exp: seconds + 60
  }
  return new CompactSign(Buffer.from(JSON.stringify(payload))).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)
}

async function look(base: string, body: string, place: readonly string[] | undefined): Promise<Found> {
  const url = new URL(`${base.replace(/\/*$/, '')}/v1/quota-info`)
  const answered = await call({ url, method: 'POST', body })
  const at = place ? { place } : {}
  if ('found' in answered) return { status: 'failed', ...answered, ...at }
  return { ...judge(answered, url), ...at }
}

const CODES_OF_HASTE: ReadonlySet<string> = new Set(['RATE_LIMITED', 'OVERLOADED'])

function judge({ status, headers, body }: Answered, url: URL): Found {
  const answer = jsonOf(body)
  if (!Value.Check(ErrorAnswer, answer)) {
    if (status === 200 && Value.Check(QuotaInfoAnswer, answer)) {
      const remedy = 'Look at wix.publicKey of the service that answers there, and at what stands in front of it.'
      return { status: 'failed', found: 'a call that nobody signed is answered', remedy }
    }
    return { status: 'failed', ...foreign(status, headers, url) }
  }
  const { code } = answer.applicationError
  if (status === 401 && code === 'INVALID_SIGNATURE')
    return { status: 'ok', found: 'refused in our own form: DNS, TLS, proxy and base path are right' }
  if (CODES_OF_HASTE.has(code))
    return {
      status: 'warning',
      found: `it arrives, but the service is too busy to look at it (${status} ${code})`,
      remedy: answer.applicationError.description
    }
  if (code === 'NOT_FOUND' || code.startsWith('FORWARD_')) {
    return {
      status: 'failed',
      found: `base path: it arrives at Quota Bridge, which answers no quota calls at ${url.pathname} (${status} ${code})`,
      remedy: 'Let server.basePath be the path that arrives there; a proxy may take a part of it off.'
    }
  }
  return {
    status: 'failed',
    found: `service: it arrives, and is answered with ${status} ${code}: ${answer.message}`,
    remedy: answer.applicationError.description
  }
}

/** What stands in front, or in the place of, the service. */
function foreign(status: number, headers: Answered['headers'], { origin, pathname }: URL): Hop {
  const paste = [`curl -i -X POST ${origin}${pathname}`]
  if (status >= 300 && status < 400) {
    const target = URL.parse(String(headers.location ?? ''), origin)
    return {
      found: `proxy: it is redirected${target ? ` to ${target.origin}${target.pathname}` : ''} (HTTP ${status})`,
      remedy: 'Let the base URI be the address that it leads to, or let the proxy pass the call on.',
      paste
    }
  }
  if (status === 401 || status === 403 || status === 407) {
    const remedy = 'Let it pass POST …/v1/quota-info on without a login: the signature is the proof.'
    return { found: `proxy: something in front refuses it (HTTP ${status}, not in our form)`, remedy, paste }
  }
  if (status === 502 || status === 503 || status === 504) {
    return {
      found: `proxy: it does not reach the service behind it (HTTP ${status}, not in our form)`,
      remedy: 'Let it lead to server.host and server.port, and see that the service runs.',
      paste
    }
  }
  return {
    found: `proxy: something else answers there (HTTP ${status}, not in our form)`,
    remedy: 'Let what answers there send POST …/v1/quota-info to Quota Bridge.',
    paste
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
