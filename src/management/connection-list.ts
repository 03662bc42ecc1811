// The connections of all sites, in pages.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { errorResponses } from '../http/errors.ts'
import { Type } from '../schema.ts'
import { canonicalSite } from '../store/connection-key.ts'
import { inStore } from '../store/in-store.ts'
import { ConnectionView, viewConnection } from './connection-view.ts'
import { type ConnectionRoutesOptions, security, tags } from './connections.ts'
import { NextCursor, PAGE_DEFAULT, pageQuery, readCursor, STORABLE, writeCursor } from './paging.ts'

const CursorKey = Type.Object({ provider: Type.String(STORABLE), instanceId: Type.String(STORABLE) })

export const connectionListRoute: FastifyPluginAsyncTypebox<
  Pick<ConnectionRoutesOptions, 'connections' | 'sources'>
> = async (app, { connections, sources }) => {
  app.get(
    '/v1/connections',
    {
      schema: {
        operationId: 'listConnections',
        tags,
        security,
        summary: 'The connections of all sites, in pages',
        querystring: Type.Object({
          provider: Type.Optional(
            Type.String({ ...STORABLE, minLength: 1, description: 'Only those with this provider.' })
          ),
          instanceId: Type.Optional(
            Type.String({ ...STORABLE, minLength: 1, maxLength: 256, description: 'Only those of this site.' })
          ),
          health: Type.Optional(
            Type.Union(
              [Type.Literal('ok'), Type.Literal('limited'), Type.Literal('failing'), Type.Literal('unchecked')],
              { description: 'Only those in this health.' }
            )
          ),
          ...pageQuery
        }),
        response: {
          200: Type.Object(
            {
              connections: Type.Array(ConnectionView, { description: 'In the order of provider and site.' }),
              nextCursor: NextCursor
            },
            {
              additionalProperties: false,
              title: 'ConnectionPage',
              description: 'One page of connections.',
              examples: [{ connections: ConnectionView.examples ?? [], nextCursor: 'eyJwcm92aWRlciI6ImRvY3NwYWNlIn0' }]
            }
          ),
          ...errorResponses(['INVALID_REQUEST', 'UNAUTHORIZED', 'RATE_LIMITED', 'STORE_UNAVAILABLE'])
        }
      }
    },
    async request => {
      const { cursor, limit = PAGE_DEFAULT, instanceId, ...others } = request.query
      const filter = { ...others, ...(instanceId !== undefined && { instanceId: canonicalSite(instanceId) }) }
      const after = cursor === undefined ? {} : { after: readCursor(CursorKey, cursor) }
      // One more than asked for tells whether there is a next page.
      const rows = await inStore(connections.list({ ...filter, ...after, limit: limit + 1 }))
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        // A row whose provider has left the configuration shows nothing of its connection.
        connections: page.map(row => viewConnection(row, sources.get(row.provider)?.adapter)),
        ...(rows.length > limit &&
          last && { nextCursor: writeCursor({ provider: last.provider, instanceId: last.instanceId }) })
      }
    }
  )
}
