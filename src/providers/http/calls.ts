// The calls of a mapping, over the network: with the connection's credentials, and a token that is fetched anew when it is refused.
import type { ProviderWatch } from '../../observe/provider.ts'
import { type FetchOptions, ProviderError } from '../../quota/provider.ts'
import { createHttpClient, type HttpAnswer, type NamedCall, partyOf } from '../http-client.ts'
import type { Ask } from './answers.ts'
import { authHeaders } from './auth.ts'
import { parseExact } from './json.ts'
import type { Mapping } from './mapping.ts'
import { createTokens, findingOfTokenRefusal } from './oauth2.ts'
import type { HttpConnection } from './schema.ts'

const LIMITS = { maxResponseBytes: 512 * 1024, connectionsPerOrigin: 20 }

export interface Calls {
  /** Asks for a report: what may pass is tried once more. */
  asking(connection: HttpConnection, options: FetchOptions): Ask
  /** Asks in single tries, for the check of a connection. */
  askingOnce(connection: HttpConnection, signal: AbortSignal): Ask
  close(): Promise<void>
}

export function createCalls(mapping: Mapping, watch: ProviderWatch | undefined): Calls {
  const client = createHttpClient(mapping.rules, LIMITS, { finding: findingOf, parse: parseExact }, watch)
  const tokenClient = createHttpClient(mapping.rules, LIMITS, { finding: findingOfTokenRefusal }, watch)
  const tokens = mapping.auth.oauth2 && createTokens(mapping.auth.oauth2, tokenClient)

  /** Makes a call with the connection's credentials; a token that is refused before its time is taken once for one that was revoked. */
  async function authorized(
    call: NamedCall,
    connection: HttpConnection,
    signal: AbortSignal,
    make: (call: NamedCall) => Promise<unknown>
  ): Promise<unknown> {
    const headers = { ...call.headers, ...authHeaders(mapping.auth, connection) }
    if (!tokens) return make({ ...call, headers })
    const { token, isNew } = await tokens.tokenFor(connection, signal)
    try {
      return await make({ ...call, headers: { ...headers, authorization: `Bearer ${token}` } })
    } catch (error) {
      if (!(error instanceof ProviderError) || error.finding !== 'api-key-rejected') throw error
      tokens.drop(connection, token)
      if (isNew) throw error
      return authorized(call, connection, signal, make)
    }
  }

  return {
    asking(connection, { signal, deadlineAt, planMayHaveChanged }) {
      const party = partyOf(...Object.values(connection))
      const uncached = planMayHaveChanged ? { 'cache-control': 'no-cache' } : {}
      return ({ headers, ...call }) =>
        authorized({ ...call, headers: { ...uncached, ...headers } }, connection, signal, made =>
          client.json(made, { signal, deadlineAt, party })
        )
    },
    askingOnce: (connection, signal) => call =>
      authorized(call, connection, signal, made => client.jsonOnce(made, signal)),
    close: async () => void (await Promise.all([client.close(), tokenClient.close()]))
  }
}

function findingOf({ status }: HttpAnswer): string | undefined {
  if (status === 404) return 'not-found'
  const isKnown = [401, 403, 429].includes(status)
  return status >= 400 && status < 500 && !isKnown ? 'request-refused' : undefined
}
