// OAuth2 tokens for client credentials: kept in memory alone, fetched once for all who wait, renewed before they end.
// https://www.rfc-editor.org/rfc/rfc6749#section-4.4
import { LRUCache } from 'lru-cache'
import { ProviderError } from '../../quota/provider.ts'
import { atMost } from '../../recent.ts'
import { Type, TypeCompiler } from '../../schema.ts'
import { type HttpAnswer, type HttpClient, partyOf } from '../http-client.ts'
import { fillFields, type OAuth2 } from './auth.ts'
import type { HttpConnection } from './schema.ts'

const TOKENS_MAX = 10_000
/** How long a fetch may take; those who wait for it have deadlines of their own. */
const FETCH_MS = 5000
/** How long a token is used that does not say for how long. */
const UNTOLD_SECONDS = 60
/** What is left of a token's time when it is renewed: a tenth of it, and half a minute at most. */
const RESERVE = { part: 0.1, secondsMax: 30 }

const TokenAnswer = TypeCompiler.Compile(
  Type.Object({
    access_token: Type.String({ pattern: '^[\\x21-\\x7e]{1,4000}$' }),
    token_type: Type.String({ pattern: '^[Bb][Ee][Aa][Rr][Ee][Rr]$' }),
    expires_in: Type.Optional(Type.Union([Type.Number(), Type.String({ pattern: '^\\d+$' })]))
  })
)

export interface Tokens {
  /**
   * A token of a connection, and whether it was fetched for this call.
   * @throws {ProviderError} when none is given
   */
  tokenFor(connection: HttpConnection, signal: AbortSignal): Promise<{ token: string; isNew: boolean }>
  /** Forgets a token that is refused. */
  drop(connection: HttpConnection, token: string): void
}

/** What a token endpoint means by a refusal: https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
export function findingOfTokenRefusal({ status }: HttpAnswer): string | undefined {
  return status === 400 || status === 401 || status === 403 ? 'api-key-rejected' : undefined
}

export function createTokens(oauth2: OAuth2, client: HttpClient): Tokens {
  const kept = new LRUCache<string, { token: string; until: number }>(atMost(TOKENS_MAX))
  const underWay = new Map<string, Promise<string>>()
  const keyFor = (connection: HttpConnection) =>
    partyOf(fillFields(oauth2.clientId, connection), fillFields(oauth2.clientSecret, connection))

  async function fetchToken(key: string, connection: HttpConnection): Promise<string> {
    const asked = performance.now()
    const call = tokenCall(oauth2, connection)
    const signal = AbortSignal.timeout(FETCH_MS)
    const answer = await client.json(call, { signal, deadlineAt: asked + FETCH_MS, party: key })
    if (!TokenAnswer.Check(answer))
      throw new ProviderError('PROVIDER_REJECTED', 'answer-invalid', { reason: 'no bearer token' })
    const seconds = Number(answer.expires_in ?? UNTOLD_SECONDS)
    const reserve = Math.min(seconds * RESERVE.part, RESERVE.secondsMax)
    kept.set(key, { token: answer.access_token, until: asked + (seconds - reserve) * 1000 })
    return answer.access_token
  }

  return {
    async tokenFor(connection, signal) {
      const key = keyFor(connection)
      const known = kept.get(key)
      if (known && performance.now() < known.until) return { token: known.token, isNew: false }
      let fetching = underWay.get(key)
      if (!fetching) {
        fetching = fetchToken(key, connection).finally(() => underWay.delete(key))
        underWay.set(key, fetching)
      }
      return { token: await unlessAborted(fetching, signal), isNew: true }
    },
    drop(connection, token) {
      const key = keyFor(connection)
      if (kept.get(key)?.token === token) kept.delete(key)
    }
  }
}

function tokenCall(
  { tokenUrl, clientId, clientSecret, scope, audience, credentials }: OAuth2,
  connection: HttpConnection
) {
  const [id, secret] = [fillFields(clientId, connection), fillFields(clientSecret, connection)]
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  if (scope !== undefined) form.set('scope', scope)
  if (audience !== undefined) form.set('audience', audience)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const call = { operation: 'token', url: tokenUrl, method: 'POST' } as const
  if (credentials === 'body') {
    form.set('client_id', id)
    form.set('client_secret', secret)
    return { ...call, headers, body: form.toString() }
  }
  // Encoded as in a form, says RFC 6749, 2.3.1.
  const [user, password] = [id, secret].map(text => new URLSearchParams({ text }).toString().slice('text='.length))
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  return { ...call, headers: { ...headers, authorization }, body: form.toString() }
}

/** Who gives up waiting lets the others wait on. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const giveUp = () => reject(new ProviderError('PROVIDER_TIMEOUT', 'timeout'))
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp)
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
