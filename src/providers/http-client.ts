// The HTTP that every adapter needs: one call to an upstream, its failures told as findings, without any part of what it sent.
import { createHash } from 'node:crypto'
import { type Agent, errors, request } from 'undici'
import type { ProviderWatch } from '../observe/provider.ts'
import { ProviderError } from '../quota/provider.ts'
import { createOutboundAgent, type HostRules, type OutboundLimits } from './outbound.ts'
import { createOriginPolicies, GIVEN_UP, isFaultOfOurs } from './resilience.ts'
import { watched } from './watched.ts'

/** How long we keep away from an upstream that limits us without saying for how long. */
const LIMITED_SECONDS = 60

export interface HttpCall {
  url: URL
  /** GET when left out. */
  method?: 'GET' | 'POST'
  /** Beside `accept`. Their values must be as `canBeSent` says. */
  headers?: Readonly<Record<string, string>>
  body?: string
}

/** A call that metrics and traces tell of. */
export interface NamedCall extends HttpCall {
  /** What it asks, in a word: one of few, and nothing of whom or what it is about. */
  operation: string
}

/** A whole answer, whatever its status. */
export interface HttpAnswer {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: string
}

/** What an adapter knows better. */
export interface Reading {
  /** The finding of an answer that is no success, where the upstream means something of its own by it. */
  finding?: (answer: HttpAnswer) => string | undefined
  /** JSON.parse when left out; what it throws is an answer that makes no sense. */
  parse?: (text: string) => unknown
}

/** A call's time, and in whose name it is made. */
export interface CallOptions {
  signal: AbortSignal
  /** When `signal` will abort, by performance.now(). */
  deadlineAt: number
  /** Whose credentials they are, from `partyOf`: errors of the upstream's own are held against them alone. */
  party?: string
}

/** Calls to the hosts that the rules allow, gently: see resilience.ts. */
export interface HttpClient {
  /**
   * The JSON that a call is answered with; made once more when what failed may pass.
   * @throws {ProviderError} whatever goes wrong
   */
  json(call: NamedCall, options: CallOptions): Promise<unknown>
  /**
   * The same in a single try, for the check of a connection.
   * @throws {ProviderError} whatever goes wrong
   */
  jsonOnce(call: NamedCall, signal: AbortSignal): Promise<unknown>
  close(): Promise<void>
}

/** A client with a pool of connections and a memory of which origins are down; `watch` is the adapter's context's. */
export function createHttpClient(
  rules: HostRules,
  limits: OutboundLimits,
  reading: Reading = {},
  watch?: ProviderWatch
): HttpClient {
  const agent = createOutboundAgent(rules, limits)
  const policies = createOriginPolicies(watch)
  const ask = (call: NamedCall, signal: AbortSignal) =>
    watched(watch, call, () => askJson(agent, call, signal, reading))
  return {
    json: (call, { signal, deadlineAt, party }) =>
      policies.call(call.url.origin, deadlineAt, () => ask(call, signal), party),
    jsonOnce: ask,
    close: () => agent.close()
  }
}

/** Tells one set of credentials from another, without keeping it. */
export function partyOf(...credentials: string[]): string {
  return createHash('sha256').update(JSON.stringify(credentials)).digest('base64')
}

/** Whether a header can hold a value: https://www.rfc-editor.org/rfc/rfc9110#section-5.5 */
export function canBeSent(value: string): boolean {
  return /^[\x21-\x7e]([\x20-\x7e]{0,4094}[\x21-\x7e])?$/.test(value)
}

/**
 * One call, answered with 200 and JSON.
 * @throws {ProviderError} whatever goes wrong
 */
async function askJson(
  agent: Agent,
  call: HttpCall,
  signal: AbortSignal,
  { finding, parse }: Reading
): Promise<unknown> {
  const json = jsonOf(await ask(agent, call, signal, finding), parse)
  if (json === undefined) throw new ProviderError('PROVIDER_REJECTED', 'answer-invalid')
  return json
}

/**
 * One call, answered with 200.
 * @throws {ProviderError} whatever goes wrong
 */
export async function ask(
  agent: Agent,
  call: HttpCall,
  signal: AbortSignal,
  finding?: Reading['finding']
): Promise<HttpAnswer> {
  const answer = await send(agent, call, signal)
  if (answer.status !== 200) throw refusal(answer, finding?.(answer))
  return answer
}

/** The JSON of an answer; undefined when it has none, or does not say that it has. */
export function jsonOf({ headers, body }: HttpAnswer, parse: (text: string) => unknown = JSON.parse): unknown {
  if (!isJson(headers['content-type'])) return undefined
  try {
    return parse(body)
  } catch {
    return undefined
  }
}

/** No redirect is followed: credentials would go where nobody sent them. */
async function send(agent: Agent, { url, method, headers, body }: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
  // undici never takes back the place in its pool of a request whose headers it refuses; 20 of them close an origin to all.
  if (!Object.values(headers ?? {}).every(canBeSent)) {
    throw new ProviderError('PROVIDER_REJECTED', 'api-key-rejected', { reason: 'cannot be sent' })
  }
  try {
    const answer = await request(url, {
      dispatcher: agent,
      method: method ?? 'GET',
      headers: { accept: 'application/json', ...headers, 'accept-encoding': 'identity' },
      body: body ?? null,
      signal
    })
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() }
  } catch (error) {
    throw failure(error, signal)
  }
}

/** A call that got no whole answer. The error itself is dropped: some of undici's carry bytes of the body. */
function failure(error: unknown, signal: AbortSignal): ProviderError {
  if (signal.reason === GIVEN_UP) return new ProviderError('QUOTA_UNAVAILABLE', 'unreachable', { reason: GIVEN_UP })
  if (signal.aborted) return new ProviderError('PROVIDER_TIMEOUT', 'timeout')
  const reason = errorCode(error)
  if (reason === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return new ProviderError('PROVIDER_REJECTED', 'answer-too-large')
  if (reason === 'HOST_NOT_ALLOWED') return new ProviderError('PROVIDER_REJECTED', 'host-not-allowed')
  if (error instanceof errors.HTTPParserError) return new ProviderError('PROVIDER_REJECTED', 'answer-invalid')
  const finding = isFaultOfOurs(reason) ? 'call-not-made' : 'unreachable'
  return new ProviderError('QUOTA_UNAVAILABLE', finding, reason === undefined ? {} : { reason })
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** A whole answer that is no success: what the adapter takes it for, or what its status says to everybody. */
function refusal({ status, headers }: HttpAnswer, finding: string | undefined): ProviderError {
  const reason = `HTTP ${status}`
  if (finding !== undefined) return new ProviderError('PROVIDER_REJECTED', finding, { reason })
  const retryAfterSeconds = retryAfter(headers['retry-after'])
  if (status === 429) {
    const limited = { reason, retryAfterSeconds: retryAfterSeconds ?? LIMITED_SECONDS }
    return new ProviderError('QUOTA_UNAVAILABLE', 'rate-limited', limited)
  }
  if (status >= 500) {
    const failed = { reason, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) }
    return new ProviderError('QUOTA_UNAVAILABLE', 'upstream-error', failed)
  }
  return new ProviderError('PROVIDER_REJECTED', findingOfStatus(status), { reason })
}

function findingOfStatus(status: number): string {
  if (status >= 300 && status < 400) return 'redirected'
  if (status === 401) return 'api-key-rejected'
  return status === 403 ? 'access-refused' : 'answer-invalid'
}

/** Seconds, within reason: a misconfigured proxy must not silence us for a day. */
function retryAfter(value: string | string[] | undefined): number | undefined {
  if (typeof value !== 'string') return undefined
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - Date.now()) / 1000)
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), 3600) : undefined
}

function isJson(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType)
}
