// Whether calls can be answered now: for orchestrators, which take a replica out of service while it says no.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { findingOf } from '../findings.ts'
import type { SharedConnections } from '../providers/shared-connections.ts'
import type { Source } from '../quota/source.ts'
import { type Static, Type } from '../schema.ts'
import type { StoreHealth } from '../store/health.ts'
import { storeTroubles } from '../store/store-error.ts'

const meanings = Object.entries(storeTroubles).map(([trouble, [message]]) => `\`${trouble}\`: ${message}`)

const ConnectionHealth = Type.Object(
  {
    health: Type.Union(
      [Type.Literal('ok'), Type.Literal('limited'), Type.Literal('failing'), Type.Literal('unchecked')],
      { description: '`limited`: it works, but tells less than it should.' }
    ),
    finding: Type.Optional(Type.String({ description: 'Why the health is not ok.' })),
    remedy: Type.Optional(Type.String({ description: 'What to do about it.' })),
    checkedAt: Type.Optional(Type.String({ format: 'date-time', description: 'When that was found.' }))
  },
  { additionalProperties: false }
)

const checks = Type.Object(
  {
    connections: Type.Optional(
      Type.Record(Type.String(), ConnectionHealth, {
        description:
          "Whether the connections that stand in the configuration work, by provider. One that does not makes nothing unready: other providers' numbers, and older ones, are told all the same."
      })
    ),
    store: Type.Optional(
      Type.Unsafe<StoreHealth>({
        type: 'string',
        enum: ['ok', ...Object.keys(storeTroubles)],
        description: `Whether the database can be read and, as was tried some seconds ago at most, written. ${meanings.join('; ')}.`
      })
    ),
    workers: Type.Optional(
      Type.Object(
        {
          listening: Type.Integer({ minimum: 0, description: 'Those that answer calls now.' }),
          configured: Type.Integer({ minimum: 2, description: '`server.workers`.' })
        },
        {
          additionalProperties: false,
          description: 'The processes that answer calls, where there are several. One that dies is replaced.'
        }
      )
    ),
    service: Type.Optional(
      Type.Literal('stopping', { description: 'It was told to stop; calls are answered until it does.' })
    )
  },
  { additionalProperties: false }
)

const ReadyAnswer = (status: 'ready' | 'not-ready', store: StoreHealth, description: string) =>
  Type.Object(
    { status: Type.Literal(status), checks },
    {
      additionalProperties: false,
      title: status === 'ready' ? 'ReadyAnswer' : 'NotReadyAnswer',
      description,
      examples: [{ status, checks: { store } }]
    }
  )

export interface ReadinessOptions {
  /** What is the matter with the store, if anything; absent when nothing is kept. */
  checkStore?: () => Promise<StoreHealth>
  isStopping: () => boolean
  /** By name. */
  sources: Pick<ReadonlyMap<string, Source>, 'get'>
  shared: Pick<SharedConnections, 'health'>
  /** Of the processes that answer calls, where others than this one do. */
  workers?: (() => WorkersStanding) | undefined
}

/** How many answer calls, and how many are to. */
export interface WorkersStanding {
  listening: number
  configured: number
}

export const readinessRoute: FastifyPluginAsyncTypebox<ReadinessOptions> = async (
  app,
  { checkStore, isStopping, sources, shared, workers }
) => {
  let told: StoreHealth = 'ok'

  function connections(): { connections?: Record<string, Static<typeof ConnectionHealth>> } {
    const found = [...shared.health()].map(([provider, { health, finding, checkedAt }]) => {
      const [, remedy] = findingOf(finding, sources.get(provider)?.adapter.findings) ?? []
      const why = { ...(finding !== '' && { finding }), ...(remedy !== undefined && { remedy }) }
      return [
        provider,
        { health, ...why, ...(checkedAt > 0 && { checkedAt: new Date(checkedAt).toISOString() }) }
      ] as const
    })
    return found.length > 0 ? { connections: Object.fromEntries(found) } : {}
  }

  app.get(
    '/health/ready',
    {
      schema: {
        operationId: 'getReadiness',
        tags: ['Health'],
        summary: 'Whether calls can be answered now',
        response: {
          200: ReadyAnswer('ready', 'ok', 'Calls can be answered, and changes saved.'),
          503: ReadyAnswer(
            'not-ready',
            'unavailable',
            'The service is stopping, or something is the matter with the database: calls for connections in memory can be answered then; others, and changes, may not.'
          )
        }
      }
    },
    async (request, reply) => {
      if (isStopping())
        return reply.code(503).send({ status: 'not-ready' as const, checks: { service: 'stopping' as const } })
      const crew = workers?.()
      const others = { ...connections(), ...(crew && { workers: crew }) }
      const store = (await checkStore?.()) ?? 'ok'
      if (store !== 'ok' && store !== told) {
        const [message, remedy] = storeTroubles[store]
        request.log.error({ remedy }, `not ready: ${message}`)
      }
      told = store
      const found = { ...(checkStore && { store }), ...others }
      // While one is replaced, the others answer.
      if (store === 'ok' && crew?.listening !== 0) return { status: 'ready' as const, checks: found }
      return reply.code(503).send({ status: 'not-ready' as const, checks: found })
    }
  )
}
