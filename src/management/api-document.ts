// The API's own description, as it is committed.
import { readFile } from 'node:fs/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { errorResponses } from '../http/errors.ts'
import { ROOT } from '../root.ts'
import { Type } from '../schema.ts'

const FILE = new URL('../openapi.yaml', ROOT)

export const apiDocumentRoute: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/openapi.yaml',
    {
      schema: {
        operationId: 'getApiDocument',
        tags: ['Documentation'],
        summary: 'This document',
        security: [{ managementToken: [] }],
        response: {
          200: { description: 'OpenAPI 3.1', content: { 'application/yaml': { schema: Type.String() } } },
          ...errorResponses(['UNAUTHORIZED', 'RATE_LIMITED'])
        }
      }
    },
    async (_request, reply) => {
      reply.type('application/yaml; charset=utf-8')
      return readFile(FILE, 'utf8')
    }
  )
}
