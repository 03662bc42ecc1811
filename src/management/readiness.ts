// Whether calls can be answered now: for orchestrators, which take a replica out of service while it says no.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '../schema.ts'

const checks = Type.Object(
  {
    store: Type.Optional(
      Type.Union([Type.Literal('ok'), Type.Literal('unavailable')], { description: 'Whether the database answers.' })
    ),
    service: Type.Optional(
      Type.Literal('stopping', { description: 'It was told to stop; calls are answered until it does.' })
    )
  },
  { additionalProperties: false }
)

const ReadyAnswer = (status: 'ready' | 'not-ready', store: 'ok' | 'unavailable', description: string) =>
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
  /** Whether the store answers; absent when there is no store. */
  pingStore?: () => Promise<boolean>
  isStopping: () => boolean
}

export const readinessRoute: FastifyPluginAsyncTypebox<ReadinessOptions> = async (app, { pingStore, isStopping }) => {
  app.get(
    '/health/ready',
    {
      schema: {
        operationId: 'getReadiness',
        tags: ['Health'],
        summary: 'Whether calls can be answered now',
        response: {
          200: ReadyAnswer('ready', 'ok', 'Calls can be answered.'),
          503: ReadyAnswer(
            'not-ready',
            'unavailable',
            'The service is stopping, or the database is gone: calls for connections in memory can be answered then, others cannot.'
          )
        }
      }
    },
    async (_request, reply) => {
      if (isStopping())
        return reply.code(503).send({ status: 'not-ready' as const, checks: { service: 'stopping' as const } })
      if (!pingStore) return { status: 'ready' as const, checks: {} }
      if (await pingStore()) return { status: 'ready' as const, checks: { store: 'ok' as const } }
      return reply.code(503).send({ status: 'not-ready' as const, checks: { store: 'unavailable' as const } })
    }
  )
}
