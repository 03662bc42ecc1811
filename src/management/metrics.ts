// GET /metrics: what Prometheus collects.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { errorResponses } from '../http/errors.ts'
import type { Metrics } from '../observe/metrics.ts'
import { Type } from '../schema.ts'

export interface MetricsRouteOptions {
  metrics: Pick<Metrics, 'read'>
  isOpen: boolean
}

export const metricsRoute: FastifyPluginAsyncTypebox<MetricsRouteOptions> = async (app, { metrics, isOpen }) => {
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        tags: ['Metrics'],
        summary: 'What Prometheus collects',
        description:
          'In the text format of Prometheus. No metric names a site. Opened by a token of management.token or by management.metrics.token; by nothing with management.metrics.open.',
        ...(!isOpen && { security: [{ managementToken: [] }, { metricsToken: [] }] }),
        response: {
          200: { description: 'Metrics', content: { 'text/plain': { schema: Type.String() } } },
          ...errorResponses(['UNAUTHORIZED', 'RATE_LIMITED'])
        }
      }
    },
    async (_request, reply) => {
      const { contentType, text } = await metrics.read()
      reply.type(contentType)
      return text
    }
  )
}
