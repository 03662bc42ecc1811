// The sites' own connections: saved, listed, checked and deleted by the maker's own system.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { QuotaBridgeError } from '../errors.ts'
import { findingOf } from '../findings.ts'
import { errorResponses } from '../http/errors.ts'
import { schemaMistakes } from '../mistakes.ts'
import type { Source } from '../quota/source.ts'
import { Type } from '../schema.ts'
import type { ConnectionKey } from '../store/connection-key.ts'
import type { Connections, HealthReport, StoredConnection } from '../store/connections.ts'
import { ConnectionView, viewConnection } from './connection-view.ts'
import { inStore } from './store-call.ts'

export interface ConnectionRoutesOptions {
  connections: Connections
  /** By name; those whose sites bring their own connections are served. */
  sources: ReadonlyMap<string, Source>
  /** Notes that the plan behind a connection may have changed. */
  markPlan: (key: ConnectionKey) => Promise<void>
  /** Milliseconds since 1970. */
  now: () => number
}

/** A check asks the portal twice, one after the other; a person waits for it. */
const CHECK_TIMEOUT_MS = 5000

export const security = [{ managementToken: [] }]
export const tags = ['Connections']
const params = Type.Object({
  provider: Type.String({ minLength: 1, maxLength: 128, description: "The provider's name in the configuration." }),
  instanceId: Type.String({ minLength: 1, maxLength: 256, description: "The site: Wix's instanceId." })
})
const OneConnection = { ...ConnectionView, description: 'The connection, without its secrets.' }
const ONE_CONNECTION_ERRORS = [
  'INVALID_REQUEST',
  'UNAUTHORIZED',
  'RATE_LIMITED',
  'PROVIDER_NOT_FOUND',
  'CONNECTION_NOT_FOUND',
  'STORE_UNAVAILABLE'
] as const

export const connectionRoutes: FastifyPluginAsyncTypebox<ConnectionRoutesOptions> = async (app, options) => {
  const { connections, sources, markPlan, now } = options

  function perSite(name: string): Source {
    const found = sources.get(name)
    if (!found || found.shared) throw new QuotaBridgeError('PROVIDER_NOT_FOUND')
    return found
  }

  async function stored(key: { provider: string; instanceId: string }): Promise<StoredConnection> {
    const found = await inStore(connections.get(key))
    if (!found) throw new QuotaBridgeError('CONNECTION_NOT_FOUND')
    return found
  }

  async function check({ provider }: Source, connection: unknown): Promise<HealthReport> {
    const found = await provider.check(connection, { signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) })
    return { health: found.health, finding: found.health === 'ok' ? '' : found.finding, checkedAt: now() }
  }

  app.put(
    '/v1/connections/:provider/:instanceId',
    {
      schema: {
        operationId: 'putConnection',
        tags,
        security,
        summary: "Save a site's connection",
        description:
          'The provider is asked first whether the connection works; what it finds is told, with what to do about it.',
        params,
        querystring: Type.Object({
          check: Type.Optional(Type.Boolean({ default: true, description: 'false saves without asking the provider.' }))
        }),
        body: Type.Record(Type.String(), Type.Unknown(), {
          description: "What the provider's adapter asks for: an address and a key, say.",
          examples: [{ url: 'https://acme.onlyoffice.com', apiKey: 'sk-…' }]
        }),
        response: {
          200: { ...OneConnection, description: 'It took the place of an earlier one.' },
          201: { ...OneConnection, description: 'The site had none before.' },
          ...errorResponses([
            'INVALID_REQUEST',
            'UNAUTHORIZED',
            'RATE_LIMITED',
            'PROVIDER_NOT_FOUND',
            'PAYLOAD_TOO_LARGE',
            'INVALID_CONNECTION',
            'CONNECTION_REFUSED',
            'STORE_UNAVAILABLE'
          ])
        }
      }
    },
    async (request, reply) => {
      const site = perSite(request.params.provider)
      const connection = validConnection(site, request.body)
      const health: HealthReport =
        request.query.check !== false
          ? await check(site, connection)
          : { health: 'unchecked', finding: '', checkedAt: 0 }
      if (health.health === 'failing') throw refused(site, health)
      const { created } = await inStore(connections.put(request.params, connection, health, request.actor))
      return reply.code(created ? 201 : 200).send(viewConnection(await stored(request.params), site.adapter))
    }
  )

  app.get(
    '/v1/connections/:provider/:instanceId',
    {
      schema: {
        operationId: 'getConnection',
        tags,
        security,
        summary: "A site's connection",
        params,
        response: {
          200: OneConnection,
          ...errorResponses(ONE_CONNECTION_ERRORS)
        }
      }
    },
    async request => {
      const { adapter } = perSite(request.params.provider)
      return viewConnection(await stored(request.params), adapter)
    }
  )

  app.delete(
    '/v1/connections/:provider/:instanceId',
    {
      schema: {
        operationId: 'deleteConnection',
        tags,
        security,
        summary: "Forget a site's connection",
        params,
        response: {
          204: Type.Null({ description: 'It is gone.' }),
          ...errorResponses(ONE_CONNECTION_ERRORS)
        }
      }
    },
    async (request, reply) => {
      perSite(request.params.provider)
      if (!(await inStore(connections.remove(request.params, request.actor))))
        throw new QuotaBridgeError('CONNECTION_NOT_FOUND')
      return reply.code(204).send(null)
    }
  )

  app.post(
    '/v1/connections/:provider/:instanceId/check',
    {
      schema: {
        operationId: 'checkConnection',
        tags,
        security,
        summary: 'Ask the provider whether the connection still works',
        params,
        response: {
          200: OneConnection,
          ...errorResponses(ONE_CONNECTION_ERRORS)
        }
      }
    },
    async request => {
      const site = perSite(request.params.provider)
      const found = await stored(request.params)
      if (found.connection !== undefined)
        await inStore(connections.setHealth(found, await check(site, found.connection), request.actor))
      return viewConnection(await stored(request.params), site.adapter)
    }
  )

  app.post(
    '/v1/connections/:provider/:instanceId/refresh',
    {
      schema: {
        operationId: 'refreshConnection',
        tags,
        security,
        summary: "Tell that a site's plan may have changed",
        description:
          'For half an hour, or until the plan has changed, the provider is asked more often, and past its own caches.',
        params,
        response: { 204: Type.Null({ description: 'It is noted.' }), ...errorResponses(ONE_CONNECTION_ERRORS) }
      }
    },
    async (request, reply) => {
      perSite(request.params.provider)
      await stored(request.params)
      await markPlan(request.params)
      return reply.code(204).send(null)
    }
  )
}

/** @throws {QuotaBridgeError} INVALID_CONNECTION that names the first field that is wrong, and tells of all */
function validConnection({ adapter, settings }: Source, body: Record<string, unknown>): unknown {
  const wrong = schemaMistakes(adapter.connectionSchema, body)
  const mistakes = wrong.length > 0 ? wrong : (adapter.connectionMistakes?.(body, settings) ?? [])
  const [first] = mistakes
  if (!first) return adapter.tidyConnection?.(body) ?? body
  throw new QuotaBridgeError('INVALID_CONNECTION', {
    message: mistakes.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '),
    data: { field: first.path.join('.') }
  })
}

function refused({ adapter }: Source, { finding }: HealthReport): QuotaBridgeError {
  const [message, remedy] = findingOf(finding, adapter.findings) ?? []
  return new QuotaBridgeError('CONNECTION_REFUSED', {
    ...(message && { message }),
    ...(remedy && { remedy }),
    data: { finding }
  })
}
