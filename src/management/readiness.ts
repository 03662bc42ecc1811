// Whether calls can be answered now: for orchestrators, which take a replica out of service while it says no.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '../schema.ts'

const checks = Type.Object(
  {
    store: Type.Optional(
      Type.Union([Type.Literal('ok'), Type.Literal('unavailable')], { description: 'Whether the database answers.' })
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
}

export const readinessRoute: FastifyPluginAsyncTypebox<ReadinessOptions> = async (app, { pingStore }) => {
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
            'Calls for connections in memory can be answered, others cannot.'
          )
        }
      }
    },
    async (_request, reply) => {
      if (!pingStore) return { status: 'ready' as const, checks: {} }
      if (await pingStore()) return { status: 'ready' as const, checks: { store: 'ok' as const } }
      return reply.code(503).send({ status: 'not-ready' as const, checks: { store: 'unavailable' as const } })
    }
  )
}
