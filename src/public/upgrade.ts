// GET /v1/upgrade/{token}: on the way to the provider's upgrade page, notes that the plan may soon be another one.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { QuotaBridgeError } from '../errors.ts'
import { errorResponses } from '../http/errors.ts'
import { ProviderError } from '../quota/provider.ts'
import type { QuotaService } from '../quota/service.ts'
import { Type } from '../schema.ts'
import type { PublicAction } from './quota-info.ts'
import type { UpgradeLink, UpgradeLinks } from './upgrade-links.ts'
import { alsoAsPages, sendUpgradeError } from './upgrade-page.ts'

export interface UpgradeOptions {
  links: UpgradeLinks
  quotas: Pick<QuotaService<PublicAction>, 'upgradeUrl'>
  /** Of pages for readers none of whose languages we have; one of LANGUAGES. */
  language: () => string
}

export const upgradeRoute: FastifyPluginAsyncTypebox<UpgradeOptions> = async (app, { links, quotas, language }) => {
  /**
   * Undefined also where the connection cannot be used any more: nobody buys anything with it. Of a link that has ended, that
   * somebody asked is not noted, and what cannot be told now is left out.
   */
  async function placeOf({ target, ended }: UpgradeLink): Promise<string | undefined> {
    const { group, ...key } = target
    try {
      return await quotas.upgradeUrl(key, group, !ended)
    } catch (error) {
      if (error instanceof ProviderError && (ended || error.code === 'PROVIDER_REJECTED')) return undefined
      throw error
    }
  }

  app.setErrorHandler((error, request, reply) => sendUpgradeError(error, request, reply, language()))

  app.get(
    '/v1/upgrade/:token',
    {
      config: { call: 'upgrade' },
      schema: {
        operationId: 'getUpgrade',
        tags: ['Wix'],
        summary: "To the provider's upgrade page",
        description:
          'Where upgrade buttons lead when server.publicUrl is set. For half an hour, or until the plan has changed, the provider is then asked more often. An error is a page in the language that Accept-Language fits best, unless Accept asks for JSON; of a link that has ended, data.upgradeUrl is where it led.',
        params: Type.Object({
          token: Type.String({
            minLength: 1,
            maxLength: 2048,
            description:
              'Signed by this service, for a time; names a provider, a site and a group of quotas, never an address.'
          })
        }),
        response: {
          303: Type.Null({
            description: "The provider's upgrade page, in Location.",
            headers: { Location: Type.String({ format: 'uri', description: 'Where that page is.' }) }
          }),
          ...alsoAsPages(errorResponses(['UPGRADE_NOT_FOUND', 'OVERLOADED', 'QUOTA_UNAVAILABLE']))
        }
      },
      validatorCompiler: () => () => true
    },
    async (request, reply) => {
      const link = await links.read(request.params.token)
      const url = link && (await placeOf(link))
      if (!url) throw new QuotaBridgeError('UPGRADE_NOT_FOUND')
      if (link.ended) throw new QuotaBridgeError('UPGRADE_NOT_FOUND', { data: { upgradeUrl: url } })
      return reply.redirect(url, 303)
    }
  )
}
