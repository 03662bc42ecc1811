// The connections that stand in the configuration, which nobody saves: asked for here whether they work.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { QuotaBridgeError } from '../errors.ts'
import { findingOf } from '../findings.ts'
import { errorResponses } from '../http/errors.ts'
import type { CheckedHealth } from '../providers/connection-check.ts'
import type { SharedConnections } from '../providers/shared-connections.ts'
import type { Source } from '../quota/source.ts'
import { type Static, Type } from '../schema.ts'
import type { SiteCheck } from './connection-check.ts'
import { ConnectionView, maskSecrets } from './connection-view.ts'
import { STORABLE } from './paging.ts'

export interface SharedConnectionOptions {
  /** By name. */
  sources: Pick<ReadonlyMap<string, Source>, 'get'>
  shared: Pick<SharedConnections, 'check'>
  /** Of a site that is called like this page; absent where no connections are kept. */
  checkSite?: SiteCheck
}

/** What stands for a site in the page's path. */
const SHARED_PATH = 'shared'

const { provider, connection, health, finding, remedy } = ConnectionView.properties
const Hidden = Type.Array(Type.String(), {
  description: 'Ids of features that the provider has, but does not tell to these credentials.',
  examples: [['free_backup']]
})

const SharedConnectionView = Type.Object(
  {
    provider,
    connection: {
      ...connection,
      description: 'What stands in the configuration, of secrets the last 4 characters only.'
    },
    health,
    finding,
    remedy,
    hidden: Type.Optional(Hidden),
    checkedAt: Type.String({
      format: 'date-time',
      description: 'When it was checked.',
      examples: ['2026-11-22T12:00:00.000Z']
    })
  },
  {
    additionalProperties: false,
    title: 'SharedConnection',
    examples: [
      {
        provider: 'portal',
        connection: { url: 'https://acme.onlyoffice.com', apiKey: '…3f9a' },
        health: 'limited',
        finding: 'room-admin',
        remedy: 'Make the API key as an admin or the owner to have everything told.',
        hidden: ['free_backup'],
        checkedAt: '2026-11-22T12:00:00.000Z'
      }
    ]
  }
)

const NOT_SHARED = {
  message: 'The configuration has no such provider, or no connection stands there for it.',
  remedy: 'Name a provider whose connection stands in the configuration.'
}

export const sharedConnectionRoute: FastifyPluginAsyncTypebox<SharedConnectionOptions> = async (
  app,
  { sources, shared, checkSite }
) => {
  app.post(
    `/v1/connections/:provider/${SHARED_PATH}/check`,
    {
      schema: {
        operationId: 'checkSharedConnection',
        tags: ['Connections'],
        security: [{ managementToken: [] }],
        summary: 'Ask the provider whether the connection in the configuration works',
        description:
          'For a provider whose connection all sites share. With `connection: per-site` it is the check of the site of that name, should there be one.',
        params: Type.Object({
          provider: Type.String({ ...STORABLE, minLength: 1, maxLength: 128, description: provider.description ?? '' })
        }),
        response: {
          200: Type.Union([SharedConnectionView, ConnectionView], {
            description: 'What was found, and the connection without its secrets.',
            examples: SharedConnectionView.examples ?? []
          }),
          ...errorResponses([
            'INVALID_REQUEST',
            'UNAUTHORIZED',
            'RATE_LIMITED',
            'PROVIDER_NOT_FOUND',
            'CONNECTION_NOT_FOUND',
            'STORE_UNAVAILABLE'
          ])
        }
      }
    },
    async ({ params, actor }) => {
      const source = sources.get(params.provider)
      if (source && !source.shared && checkSite)
        return checkSite(source, { provider: source.name, instanceId: SHARED_PATH }, actor)
      const found = await shared.check(params.provider)
      if (!source || !found) throw new QuotaBridgeError('PROVIDER_NOT_FOUND', NOT_SHARED)
      return view(source, found)
    }
  )
}

function view({ name, adapter, shared }: Source, found: CheckedHealth): Static<typeof SharedConnectionView> {
  const [, advice] = findingOf(found.finding, adapter.findings) ?? []
  return {
    provider: name,
    connection: maskSecrets(shared?.connection, adapter.connectionSchema.properties),
    health: found.health,
    ...(found.finding !== '' && { finding: found.finding }),
    ...(advice !== undefined && { remedy: advice }),
    ...(found.hidden.length > 0 && { hidden: [...found.hidden] }),
    checkedAt: new Date(found.checkedAt).toISOString()
  }
}
