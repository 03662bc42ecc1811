// POST {basePath}/v1/quota-info: Wix's question, from signed text to Wix's answer.
// https://dev.wix.com/docs/rest/business-management/automations/actions/action-service-plugin/get-quota-info
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyReply } from 'fastify'
import { QuotaBridgeError } from '../errors.ts'
import { answerError, errorResponses } from '../http/errors.ts'
import type { AnsweredQuotaCall } from '../observe/calls.ts'
import type { Presenter } from '../presentation/presenter.ts'
import { ProviderError } from '../quota/provider.ts'
import type { QuotaAction, QuotaOutcome, QuotaResult, QuotaService } from '../quota/service.ts'
import type { Shown } from '../quota/show.ts'
import { Type } from '../schema.ts'
import { type ActionQuotaInfo, QuotaCallPayload, QuotaInfoAnswer } from '../wix/contract.ts'
import type { EnvelopeReader } from '../wix/envelope.ts'
import type { Forgeries } from './forgeries.ts'
import type { UpgradeLinks } from './upgrade-links.ts'

export interface PublicAction extends QuotaAction {
  /** Own wordings by language, then by feature or message. */
  labels: ReadonlyMap<string, ReadonlyMap<string, string>>
}

export interface QuotaInfoOptions {
  readEnvelope: EnvelopeReader
  quotas: QuotaService<PublicAction>
  presenter: Presenter
  /** Upgrade buttons lead by way of these; straight to the provider without them. */
  links?: UpgradeLinks
  /** Calls answered at once; further ones get RATE_LIMITED. */
  maxConcurrentCalls: number
  /** Of all base paths together. */
  places: { underWay: number }
  forgeries: Forgeries
  /** For the line of each answer; in no field of it a secret can be. */
  log: Pick<FastifyBaseLogger, 'info'>
}

const RETRY_AFTER_SECONDS = 1

const Age = Type.Integer({
  minimum: 0,
  description: 'How old the numbers are, in seconds; 0 when they were fetched for this call.'
})
const CacheStatus = Type.String({
  pattern: '^quota-bridge; (hit|fwd=(miss|stale|bypass))',
  description:
    'What was done about the numbers (RFC 9211): `hit` shown from memory, with a negative ttl when an older one is shown; `fwd` fetched, or nobody to ask. `detail` says why something older is shown; `partial`: only the usage is new.',
  examples: ['quota-bridge; hit; ttl=41']
})
const ContentLanguage = Type.String({
  minLength: 2,
  description:
    "The answer's language as a BCP 47 tag: of those we have, the one that fits the reader's languages best.",
  examples: ['pt-BR']
})

export const quotaInfoRoutes: FastifyPluginAsyncTypebox<QuotaInfoOptions> = async (app, options) => {
  const { readEnvelope, quotas, presenter, links, maxConcurrentCalls, places, forgeries, log } = options

  app.post(
    '/v1/quota-info',
    {
      config: { call: 'quota-info' },
      schema: {
        operationId: 'getQuotaInfo',
        tags: ['Wix'],
        summary: "What a site's plan allows and how much of it is used",
        description:
          'Called by Wix for each action when a site owner opens "Manage your automations quotas". Any content type is read as text.',
        consumes: ['text/plain'],
        body: Type.String({
          contentMediaType: 'application/jwt',
          contentSchema: QuotaCallPayload,
          description:
            "A compact JWS, signed with RS256 by the app's key. Its payload is a QuotaCallPayload with the claims iss, aud, iat and exp.",
          examples: ['eyJhbGciOiJSUzI1NiJ9.eyJkYXRhIjp7fX0.c2lnbmF0dXJl']
        }),
        response: {
          200: {
            ...QuotaInfoAnswer,
            headers: { 'Content-Language': ContentLanguage, Age, 'Cache-Status': CacheStatus },
            description: 'What Wix shows to the site owner.'
          },
          ...errorResponses([
            'INVALID_REQUEST',
            'INVALID_SIGNATURE',
            'INVALID_CLAIMS',
            'ACTION_NOT_FOUND',
            'PAYLOAD_TOO_LARGE',
            'RATE_LIMITED',
            'INTERNAL',
            'PROVIDER_REJECTED',
            'OVERLOADED',
            'QUOTA_UNAVAILABLE',
            'PROVIDER_TIMEOUT'
          ])
        }
      },
      // The envelope decides what is wrong with a body; a missing one is an empty text.
      validatorCompiler: () => () => true
    },
    async (request, reply) => {
      const call = await forgeries.guard(request, () => readEnvelope(request.body ?? ''))
      request.told = { quota: { actionKey: call.actionKey } }
      // Only verified calls count: nobody else can take their places.
      if (places.underWay >= maxConcurrentCalls) {
        throw new QuotaBridgeError('RATE_LIMITED', { retryAfterSeconds: RETRY_AFTER_SECONDS })
      }
      places.underWay++
      try {
        const result = await quotas.ask(call)
        const { action, shown } = result
        request.told = { quota: toldOf(call.actionKey, result) }
        const { answer, language } = presenter(await withLinks(result, links), action.features, {
          languages: call.languages,
          labels: action.labels
        })
        log.info(
          {
            action: call.actionKey,
            site: call.instanceId,
            wixRequest: call.requestId,
            provider: action.source.name,
            ...(shown && {
              done: shown.done,
              ageMs: shown.ageMs,
              upstreamMs: shown.upstreamMs && Math.round(shown.upstreamMs)
            }),
            ms: Math.round(reply.elapsedTime)
          },
          'quota told'
        )
        reply.header('content-language', language)
        reply.header('age', String(Math.floor((shown?.ageMs ?? 0) / 1000)))
        reply.header('cache-status', cacheStatus(shown))
        const body = bodyOf(answer, reply)
        reply.serializer(() => body)
        reply.header('content-type', 'application/json; charset=utf-8')
        return { actionQuotaInfo: answer }
      } catch (error) {
        const names = { action: call.actionKey, site: call.instanceId, wixRequest: call.requestId }
        if (!(error instanceof ProviderError)) {
          // Whatever is logged of it then says which call it was.
          request.log = request.log.child(names)
          throw error
        }
        const { code, finding, reason, message, remedy } = error
        const ms = Math.round(reply.elapsedTime)
        // No warning: that is the connection's, however many calls there are.
        request.log.info({ ...names, code, finding, reason, what: message, remedy, ms }, 'quota not told')
        return answerError(error, reply)
      } finally {
        places.underWay--
      }
    }
  )
}

/** Bodies by what they say, for as long as the presenter gives the same. */
const bodies = new WeakMap<ActionQuotaInfo, string>()

function bodyOf(answer: ActionQuotaInfo, reply: FastifyReply): string {
  const known = bodies.get(answer)
  if (known !== undefined) return known
  const body = String(reply.serialize({ actionQuotaInfo: answer }))
  bodies.set(answer, body)
  return body
}

function toldOf(actionKey: string, { action, shown }: QuotaResult<PublicAction>): AnsweredQuotaCall {
  const provider = action.source.name
  return shown
    ? { actionKey, provider, served: shown.done, ageMs: shown.ageMs }
    : { actionKey, provider, served: 'none' }
}

async function withLinks(
  { action, outcome, shown }: QuotaResult<PublicAction>,
  links: UpgradeLinks | undefined
): Promise<QuotaOutcome> {
  if (!links || !shown || outcome.kind !== 'report') return outcome
  return { ...outcome, report: await links.linked(outcome.report, shown.key, action.source.freshness) }
}

/** What was done about an answer's numbers: https://www.rfc-editor.org/rfc/rfc9211 */
function cacheStatus(shown: Shown | undefined): string {
  if (!shown) return 'quota-bridge; fwd=bypass'
  const detail = shown.asOf ? `; detail=${shown.asOf.reason ?? 'partial'}` : ''
  if (shown.done === 'hit' || shown.done === 'stale')
    return `quota-bridge; hit; ttl=${Math.floor(shown.freshMs / 1000)}${detail}`
  return `quota-bridge; fwd=${shown.done === 'update' ? 'stale' : 'miss'}; stored${detail}`
}
