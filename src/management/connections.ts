// The sites' own connections: saved, listed, checked and deleted by the maker's own system.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { QuotaBridgeError } from '../errors.ts'
import { errorResponses } from '../http/errors.ts'
import type { Publish } from '../observe/events.ts'
import { createSaveConnection, validConnection } from '../providers/save-connection.ts'
import type { Source } from '../quota/source.ts'
import { Type } from '../schema.ts'
import { type ConnectionKey, canonicalSite } from '../store/connection-key.ts'
import type { Connections, HealthReport, StoredConnection } from '../store/connections.ts'
import { inStore } from '../store/in-store.ts'
import { createSiteCheck } from './connection-check.ts'
import { ConnectionView, viewConnection } from './connection-view.ts'
import { STORABLE } from './paging.ts'

export interface ConnectionRoutesOptions {
  connections: Connections
  /** By name; those whose sites bring their own connections are served. */
  sources: Pick<ReadonlyMap<string, Source>, 'get'>
  /** Notes that the plan behind a connection may have changed. */
  markPlan: (key: ConnectionKey) => Promise<void>
  /** Hears how connections are. */
  publish: Publish
  /** Milliseconds since 1970. */
  now: () => number
}

export const security = [{ managementToken: [] }]
export const tags = ['Connections']
const params = Type.Object({
  provider: Type.String({
    ...STORABLE,
    minLength: 1,
    maxLength: 128,
    description: "The provider's name in the configuration."
  }),
  instanceId: Type.String({
    ...STORABLE,
    minLength: 1,
    maxLength: 256,
    description: "The site: Wix's instanceId. A GUID may be written in any case, and is answered in lower case."
  })
})
const keyOf = ({ provider, instanceId }: ConnectionKey): ConnectionKey => ({
  provider,
  instanceId: canonicalSite(instanceId)
})
const UNCHECKED: HealthReport = { health: 'unchecked', finding: '', checkedAt: 0 }
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
  const { connections, sources, markPlan, publish, now } = options
  const checkSite = createSiteCheck(connections, now, publish)
  const save = createSaveConnection({ connections, publish, now })

  function perSite(name: string): Source {
    const found = sources.get(name)
    if (!found || found.shared) throw new QuotaBridgeError('PROVIDER_NOT_FOUND')
    return found
  }

  async function stored(key: ConnectionKey): Promise<StoredConnection> {
    const found = await inStore(connections.get(key))
    if (!found) throw new QuotaBridgeError('CONNECTION_NOT_FOUND')
    return found
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
            'SITE_REMOVED',
            'PAYLOAD_TOO_LARGE',
            'INVALID_CONNECTION',
            'CONNECTION_REFUSED',
            'STORE_UNAVAILABLE'
          ])
        }
      }
    },
    async (request, reply) => {
      const key = keyOf(request.params)
      const site = perSite(key.provider)
      const connection = validConnection(site, request.body)
      const { actor } = request
      const saved =
        request.query.check !== false
          ? await save({ source: site, key, connection, actor })
          : await inStore(connections.put(key, connection, UNCHECKED, actor))
      if (!saved) throw new QuotaBridgeError('SITE_REMOVED')
      // Not what is stored by now: another change may have come since.
      return reply.code(saved.created ? 201 : 200).send(viewConnection(saved.stored, site.adapter))
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
      return viewConnection(await stored(keyOf(request.params)), adapter)
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
      if (!(await inStore(connections.remove(keyOf(request.params), request.actor))))
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
      return checkSite(site, keyOf(request.params), request.actor)
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
      const key = keyOf(request.params)
      await stored(key)
      await markPlan(key)
      return reply.code(204).send(null)
    }
  )
}
