// Whether the process lives: for container health checks and load balancers, on both listeners.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '../schema.ts'

const LiveAnswer = Type.Object(
  { status: Type.Literal('ok', { description: 'The process answers.' }) },
  { additionalProperties: false, title: 'LiveAnswer', description: 'The process lives.', examples: [{ status: 'ok' }] }
)

export const livenessRoute: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/health/live',
    {
      config: { call: 'health' },
      schema: {
        operationId: 'getLiveness',
        tags: ['Health'],
        summary: 'Whether the process lives',
        description: 'Says nothing about the providers: a container must not be restarted because an upstream is down.',
        response: { 200: LiveAnswer }
      }
    },
    async () => ({ status: 'ok' as const })
  )
}
