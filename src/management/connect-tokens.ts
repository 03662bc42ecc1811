// For makers with a page of their own: whose site the person is who comes from the button Connect.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { QuotaBridgeError } from '../errors.ts'
import { errorResponses } from '../http/errors.ts'
import type { ConnectTokens } from '../providers/connect-tokens.ts'
import { Type } from '../schema.ts'
import { inStore } from '../store/in-store.ts'
import type { OneUses } from '../store/one-use.ts'
import { security, tags } from './connections.ts'

export interface ConnectTokensRouteOptions {
  connectTokens: Pick<ConnectTokens, 'read'>
  oneUses: Pick<OneUses, 'use'>
}

const example = { provider: 'portals', instanceId: '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11', language: 'pt-BR' }

const RedeemedToken = Type.Object(
  {
    provider: Type.String({ description: "The provider's name in the configuration." }),
    instanceId: Type.String({ description: "The site: Wix's instanceId." }),
    language: Type.String({ description: 'The language in which the button was read, as a BCP 47 tag.' })
  },
  {
    additionalProperties: false,
    title: 'RedeemedToken',
    description: 'Whose connection it is about. The token is used up.',
    examples: [example]
  }
)

export const connectTokensRoute: FastifyPluginAsyncTypebox<ConnectTokensRouteOptions> = async (
  app,
  { connectTokens, oneUses }
) => {
  app.post(
    '/v1/connect-tokens/redeem',
    {
      schema: {
        operationId: 'redeemConnectToken',
        tags,
        security,
        summary: 'Whose site a person is from, who came by the button Connect',
        description:
          "The button leads to connectUrl with a parameter `token`, which Wix's call for that very site has brought about. It ends after half an hour, and can be redeemed once.",
        body: Type.Object(
          { token: Type.String({ minLength: 1, maxLength: 4096, description: 'The value of the parameter `token`.' }) },
          { additionalProperties: false, examples: [{ token: 'eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl' }] }
        ),
        response: {
          200: RedeemedToken,
          ...errorResponses([
            'INVALID_REQUEST',
            'UNAUTHORIZED',
            'CONNECT_TOKEN_ENDED',
            'PAYLOAD_TOO_LARGE',
            'RATE_LIMITED',
            'STORE_UNAVAILABLE'
          ])
        }
      }
    },
    async request => {
      const token = await connectTokens.read(request.body.token, 'maker')
      if (!token || !(await inStore(oneUses.use(token.once)))) throw new QuotaBridgeError('CONNECT_TOKEN_ENDED')
      const { provider, instanceId, language } = token
      return { provider, instanceId, language }
    }
  )
}
