// What a site owner would read, for the maker and the operator.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { errorResponses } from '../http/errors.ts'
import { LANGUAGES } from '../presentation/catalogues.ts'
import {
  PreviewAnswer,
  type PreviewChoices,
  PreviewChoices as PreviewChoicesSchema,
  PreviewRequest
} from '../preview/answer.ts'
import type { Preview, PreviewAction } from '../preview/preview.ts'
import { SAMPLE_STATES } from '../preview/states.ts'
import type { Source } from '../quota/source.ts'

export interface PreviewRoutesOptions {
  preview: Preview
  /** By key, as they are at this moment. */
  actions: () => ReadonlyMap<string, PreviewAction>
  /** By name, as they are at this moment. */
  providers: () => ReadonlyMap<string, Source>
  isStoreKept: boolean
}

const tags = ['Preview']
const security = [{ managementToken: [] }]

export const previewRoutes: FastifyPluginAsyncTypebox<PreviewRoutesOptions> = async (app, options) => {
  const { preview, actions, providers, isStoreKept } = options

  app.get(
    '/v1/preview',
    {
      schema: {
        operationId: 'getPreviewChoices',
        tags,
        security,
        summary: 'What a preview can be asked for',
        response: {
          200: { ...PreviewChoicesSchema, description: 'Actions, providers, languages and states.' },
          ...errorResponses(['UNAUTHORIZED', 'RATE_LIMITED'])
        }
      }
    },
    async (): Promise<PreviewChoices> => ({
      actions: [...actions()].map(([key, { source }]) => ({ key, provider: source.name })),
      providers: [...providers().values()].map(({ name, shared }) => ({ name, isPerSite: !shared })),
      languages: LANGUAGES.map(tag => ({ tag, name: ownName(tag) })),
      states: [...SAMPLE_STATES],
      isStoreKept
    })
  )

  app.post(
    '/v1/preview',
    {
      schema: {
        operationId: 'previewQuotaInfo',
        tags,
        security,
        summary: 'What a site owner would read, and how it was come by',
        description:
          'Real numbers, found as for a call of Wix, or made-up ones in a state. What Wix would get is told with its status, also where that is an error.',
        body: PreviewRequest,
        response: {
          200: { ...PreviewAnswer, description: 'The answer, and what is known about it.' },
          ...errorResponses([
            'INVALID_REQUEST',
            'UNAUTHORIZED',
            'RATE_LIMITED',
            'ACTION_NOT_FOUND',
            'PAYLOAD_TOO_LARGE'
          ])
        }
      }
    },
    async ({ body, actor, log }) => {
      const answer = await preview(body)
      const { action, site, state } = body
      log.info({ by: actor, action, site, state, status: answer.status }, 'quota previewed')
      return answer
    }
  )
}

function ownName(tag: string): string {
  return new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag
}
