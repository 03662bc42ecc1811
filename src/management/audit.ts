// Who changed which connection, and when.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { errorResponses } from '../http/errors.ts'
import { Type } from '../schema.ts'
import type { Audit } from '../store/audit.ts'
import { inStore } from '../store/in-store.ts'
import { NextCursor, PAGE_DEFAULT, pageQuery, readCursor, writeCursor } from './paging.ts'

const example = {
  at: '2026-11-22T12:00:00.000Z',
  actor: 'ops-2026',
  action: 'connection.created',
  provider: 'portals',
  instanceId: '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
}

const AuditEntry = Type.Object(
  {
    at: Type.String({ format: 'date-time', description: 'When.' }),
    actor: Type.String({
      description:
        'The name of the token that was used; `quota-screen` or `site-owner` for the page /connect, by the way to it; `wix` for an app event, `command` for a command line, `service` for what the service does by itself.'
    }),
    action: Type.String({
      description:
        'connection.created, .replaced, .checked or .deleted; site.removed, which names no site any more; store.imported, after which rows of an export are here too; webhook.failed: something about this connection could not be told.'
    }),
    provider: Type.String({ description: 'Empty for a removed site, and for an import.' }),
    instanceId: Type.String({ description: 'The site; empty for a removed one, and for an import.' })
  },
  { additionalProperties: false, title: 'AuditEntry', examples: [example] }
)

/** What is no row's number is no cursor of ours; both engines can hold all of these. */
const RowNumber = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

export const auditRoute: FastifyPluginAsyncTypebox<{ audit: Audit }> = async (app, { audit }) => {
  app.get(
    '/v1/audit',
    {
      schema: {
        operationId: 'listAudit',
        tags: ['Connections'],
        security: [{ managementToken: [] }],
        summary: 'Every change of a connection, the newest first',
        querystring: Type.Object(pageQuery),
        response: {
          200: Type.Object(
            { entries: Type.Array(AuditEntry, { description: 'The newest first.' }), nextCursor: NextCursor },
            {
              additionalProperties: false,
              title: 'AuditPage',
              description: 'One page of the audit.',
              examples: [{ entries: [example], nextCursor: 'NDI' }]
            }
          ),
          ...errorResponses(['INVALID_REQUEST', 'UNAUTHORIZED', 'RATE_LIMITED', 'STORE_UNAVAILABLE'])
        }
      }
    },
    async request => {
      const { cursor, limit = PAGE_DEFAULT } = request.query
      const before = cursor === undefined ? {} : { before: readCursor(RowNumber, cursor) }
      const rows = await inStore(audit.list({ ...before, limit: limit + 1 }))
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        entries: page.map(({ id: _id, at, ...entry }) => ({ at: new Date(at).toISOString(), ...entry })),
        ...(rows.length > limit && last && { nextCursor: writeCursor(last.id) })
      }
    }
  )
}
