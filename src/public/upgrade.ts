// GET /v1/upgrade/{token}: on the way to the provider's upgrade page, notes that the plan may soon be another one.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { QuotaBridgeError } from '../errors.ts'
import { errorResponses } from '../http/errors.ts'
import { ProviderError } from '../quota/provider.ts'
import type { QuotaService } from '../quota/service.ts'
import { Type } from '../schema.ts'
import type { PublicAction } from './quota-info.ts'
import type { UpgradeLinks, UpgradeTarget } from './upgrade-links.ts'
import { alsoAsPages, sendUpgradeError } from './upgrade-page.ts'

export interface UpgradeOptions {
  links: UpgradeLinks
  quotas: Pick<QuotaService<PublicAction>, 'upgradeUrl'>
  /** Of pages for readers none of whose languages we have; one of LANGUAGES. */
  language: () => string
}

export const upgradeRoute: FastifyPluginAsyncTypebox<UpgradeOptions> = async (app, { links, quotas, language }) => {
  /** Undefined also where the connection cannot be used any more: nobody buys anything with it. */
  async function placeOf({ group, ...key }: UpgradeTarget): Promise<string | undefined> {
    try {
      return await quotas.upgradeUrl(key, group)
    } catch (error) {
      if (error instanceof ProviderError && error.code === 'PROVIDER_REJECTED') return undefined
      throw error
    }
  }
  /** Where a link led that has ended, as far as can be told: it says no more that somebody is about to buy. */
  async function formerPlaceOf({ group, ...key }: UpgradeTarget): Promise<string | undefined> {
    try {
      return await quotas.upgradeUrl(key, group, false)
    } catch (error) {
      if (error instanceof ProviderError) return undefined
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
      if (link?.ended) {
        const upgradeUrl = await formerPlaceOf(link.target)
        throw new QuotaBridgeError('UPGRADE_NOT_FOUND', upgradeUrl ? { data: { upgradeUrl } } : {})
      }
      const url = link && (await placeOf(link.target))
      if (!url) throw new QuotaBridgeError('UPGRADE_NOT_FOUND')
      return reply.redirect(url, 303)
    }
  )
}
