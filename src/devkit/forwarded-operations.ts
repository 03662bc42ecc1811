// What `forward:` passes on, for openapi.yaml alone: whatever is not ours is passed on, and only these paths are published by Wix.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { errorResponses } from '../http/errors.ts'
import { Type } from '../schema.ts'

const operations = {
  invoke: {
    path: '/v1/invoke',
    summary: "Runs the action, on the maker's own server",
    reference:
      'https://dev.wix.com/docs/rest/business-management/automations/actions/action-provider-service-plugin/invoke'
  },
  validateConfiguration: {
    path: '/v1/validate-configuration',
    summary: "Whether a configuration of the action is valid, on the maker's own server",
    reference:
      'https://dev.wix.com/docs/rest/business-management/automations/actions/action-provider-service-plugin/validate-configuration'
  }
}

/** The published ones of an action's other methods. */
export const forwardedOperations: FastifyPluginAsyncTypebox = async app => {
  for (const [operationId, { path, summary, reference }] of Object.entries(operations)) {
    app.post(
      path,
      {
        schema: {
          operationId,
          tags: ["The maker's own server"],
          summary,
          description: `With forward: in the configuration, this goes to {forward.to}${path.slice(1)} unchanged and once, as does any other method and path under the base path that is not described here. The maker's server may answer with any status, those below included. What is sent and answered: ${reference}`,
          consumes: ['text/plain'],
          body: Type.String({
            description: "A compact JWS, signed with RS256 by the app's key. It is not looked at here.",
            examples: ['eyJhbGciOiJSUzI1NiJ9.eyJkYXRhIjp7fX0.c2lnbmF0dXJl']
          }),
          response: {
            default: {
              description: "What the maker's server answered: status, headers and body unchanged.",
              content: { '*/*': { schema: Type.Any() } }
            },
            ...errorResponses(['NOT_FOUND', 'PAYLOAD_TOO_LARGE', 'RATE_LIMITED', 'FORWARD_FAILED', 'FORWARD_TIMEOUT'])
          }
        }
      },
      () => Promise.reject(new Error('no route is called here'))
    )
  }
}
