// DocSpace's HTTP API: one GET, its answer checked, its failures told without any part of what it sent.
import { type Agent, errors, request } from 'undici'
import { ProviderError } from '../../quota/provider.ts'
import type { Static, TSchema, TypeCheck } from '../../schema.ts'
import { GIVEN_UP, isFaultOfOurs } from '../resilience.ts'

export interface DocSpaceConnection {
  /** The portal's origin, such as https://acme.onlyoffice.com */
  url: string
  apiKey: string
}

/** Whether a header can hold a key: https://www.rfc-editor.org/rfc/rfc9110#section-5.5 DocSpace's have 67 characters. */
export function canBeSent(apiKey: string): boolean {
  return /^[\x21-\x7e]{1,1024}$/.test(apiKey)
}

/**
 * Reads one of the portal's answers.
 * @throws {ProviderError} whatever goes wrong
 */
export async function getAnswer<Schema extends TSchema>(
  agent: Agent,
  connection: DocSpaceConnection,
  path: string,
  check: TypeCheck<Schema>,
  signal: AbortSignal
): Promise<Static<Schema>> {
  const { status, headers, body } = await send(agent, connection, path, signal)
  if (status !== 200) throw refusal(status, headers, body)
  const answer = isJson(headers['content-type']) ? parseJson(body) : undefined
  if (!check.Check(answer)) throw new ProviderError('PROVIDER_REJECTED', 'answer-invalid')
  return answer
}

interface RawAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

async function send(
  agent: Agent,
  connection: DocSpaceConnection,
  path: string,
  signal: AbortSignal
): Promise<RawAnswer> {
  // undici never takes back the place in its pool of a request whose headers it refuses; 20 of them close the portal to all.
  if (!canBeSent(connection.apiKey)) {
    throw new ProviderError('PROVIDER_REJECTED', 'api-key-rejected', { reason: 'cannot be sent' })
  }
  try {
    const answer = await request(new URL(path, connection.url), {
      dispatcher: agent,
      headers: {
        authorization: `Bearer ${connection.apiKey}`,
        accept: 'application/json',
        'accept-encoding': 'identity'
      },
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

/** A whole answer that is no success. Only its status and the kind of its body are looked at. */
function refusal(status: number, headers: RawAnswer['headers'], body: string): ProviderError {
  const reason = `HTTP ${status}`
  if (status >= 300 && status < 400) return new ProviderError('PROVIDER_REJECTED', 'redirected', { reason })
  if (status === 401) return new ProviderError('PROVIDER_REJECTED', 'api-key-rejected', { reason })
  if (status === 402) return new ProviderError('PROVIDER_REJECTED', 'portal-not-paid', { reason })
  if (status === 403) {
    const finding = body === '' ? 'scope-too-narrow' : body.includes('"error"') ? 'role-too-low' : 'access-refused'
    return new ProviderError('PROVIDER_REJECTED', finding, { reason })
  }
  if (status === 404) return new ProviderError('PROVIDER_REJECTED', 'portal-not-found', { reason })
  if (status === 429) {
    return new ProviderError('QUOTA_UNAVAILABLE', 'rate-limited', {
      reason,
      retryAfterSeconds: retryAfter(headers) ?? 60
    })
  }
  if (status === 500 && body.includes('Could not resolve current tenant')) {
    return new ProviderError('PROVIDER_REJECTED', 'portal-not-found', { reason })
  }
  if (status >= 500) {
    const retryAfterSeconds = retryAfter(headers)
    return new ProviderError('QUOTA_UNAVAILABLE', 'upstream-error', {
      reason,
      ...(retryAfterSeconds && { retryAfterSeconds })
    })
  }
  return new ProviderError('PROVIDER_REJECTED', 'answer-invalid', { reason })
}

/** Seconds, within reason: a misconfigured proxy must not silence us for a day. */
function retryAfter(headers: RawAnswer['headers']): number | undefined {
  const value = headers['retry-after']
  if (typeof value !== 'string') return undefined
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - Date.now()) / 1000)
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), 3600) : undefined
}

function isJson(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
