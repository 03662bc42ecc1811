// Whether calls can be answered now: for orchestrators, which take a replica out of service while it says no.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '../schema.ts'
import type { StoreHealth } from '../store/health.ts'
import { storeTroubles } from '../store/store-error.ts'

const meanings = Object.entries(storeTroubles).map(([trouble, [message]]) => `\`${trouble}\`: ${message}`)

const checks = Type.Object(
  {
    store: Type.Optional(
      Type.Unsafe<StoreHealth>({
        type: 'string',
        enum: ['ok', ...Object.keys(storeTroubles)],
        description: `Whether the database can be read and, as was tried some seconds ago at most, written. ${meanings.join('; ')}.`
      })
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
}

export const readinessRoute: FastifyPluginAsyncTypebox<ReadinessOptions> = async (app, { checkStore, isStopping }) => {
  let told: StoreHealth = 'ok'

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
      if (!checkStore) return { status: 'ready' as const, checks: {} }
      const store = await checkStore()
      if (store !== 'ok' && store !== told) {
        const [message, remedy] = storeTroubles[store]
        request.log.error({ remedy }, `not ready: ${message}`)
      }
      told = store
      if (store === 'ok') return { status: 'ready' as const, checks: { store } }
      return reply.code(503).send({ status: 'not-ready' as const, checks: { store } })
    }
  )
}
