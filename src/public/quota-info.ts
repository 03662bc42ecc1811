// POST {basePath}/v1/quota-info: Wix's question, from signed text to Wix's answer.
// https://dev.wix.com/docs/rest/business-management/automations/actions/action-service-plugin/get-quota-info
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyReply } from 'fastify'
import { QuotaBridgeError } from '../errors.ts'
import { answerError, errorResponses } from '../http/errors.ts'
import { cacheStatus, namesOf, notToldLine, toldLine } from '../http/quota-told.ts'
import type { AnsweredQuotaCall } from '../observe/calls.ts'
import { chooseLanguage } from '../presentation/languages.ts'
import type { Presenter } from '../presentation/presenter.ts'
import type { ConnectTokens } from '../providers/connect-tokens.ts'
import { ProviderError } from '../quota/provider.ts'
import type { QuotaAction, QuotaOutcome, QuotaResult, QuotaService } from '../quota/service.ts'
import { Type } from '../schema.ts'
import type { ConnectionKey } from '../store/connection-key.ts'
import { type ActionQuotaInfo, QuotaCallPayload, QuotaInfoAnswer } from '../wix/contract.ts'
import type { EnvelopeReader, VerifiedCall } from '../wix/envelope.ts'
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
  /** What the button Connect leads by. */
  connectTokens: Pick<ConnectTokens, 'linkFor'>
  /** Of readers none of whose languages we have. */
  language: () => string
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
  const { readEnvelope, quotas, presenter, maxConcurrentCalls, places, forgeries, log } = options

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
        const { answer, language } = presenter(await withLinks(result, call, options), action.features, {
          languages: call.languages,
          labels: action.labels
        })
        log.info(...toldLine(call, result, reply.elapsedTime))
        reply.header('content-language', language)
        reply.header('age', String(Math.floor((shown?.ageMs ?? 0) / 1000)))
        reply.header('cache-status', cacheStatus(shown))
        reply.header('content-type', 'application/json; charset=utf-8')
        return sendBody(bodyOf(answer, reply), reply)
      } catch (error) {
        if (!(error instanceof ProviderError)) {
          // Whatever is logged of it then says which call it was.
          request.log = request.log.child(namesOf(call))
          throw error
        }
        // No warning: that is the connection's, however many calls there are.
        request.log.info(...notToldLine(call, error, reply.elapsedTime))
        return answerError(error, reply)
      } finally {
        places.underWay--
      }
    }
  )
}

/** Bodies by what they say, for as long as the presenter gives the same. */
const bodies = new WeakMap<ActionQuotaInfo, Buffer>()

function bodyOf(answer: ActionQuotaInfo, reply: FastifyReply): Buffer {
  const known = bodies.get(answer)
  if (known !== undefined) return known
  const body = Buffer.from(String(reply.serialize({ actionQuotaInfo: answer })))
  bodies.set(answer, body)
  return body
}

const sendBody = (body: Buffer, reply: FastifyReply): FastifyReply => reply.send(body)

function toldOf(actionKey: string, { action, shown }: QuotaResult<PublicAction>): AnsweredQuotaCall {
  const provider = action.source.name
  return shown
    ? { actionKey, provider, served: shown.done, ageMs: shown.ageMs }
    : { actionKey, provider, served: 'none' }
}

/** The outcome with each group's upgrade button leading by way of us, and the button Connect with what lets a person connect. */
export async function withLinks(
  { action, outcome, shown }: QuotaResult<PublicAction>,
  { languages }: Pick<VerifiedCall, 'languages'>,
  { links, connectTokens, language }: Pick<QuotaInfoOptions, 'links' | 'connectTokens' | 'language'>
): Promise<QuotaOutcome> {
  const toConnect = (key: ConnectionKey, address: string, connectsHere: boolean) =>
    connectTokens.linkFor(address, {
      ...key,
      language: chooseLanguage(languages, language()),
      use: connectsHere ? 'page' : 'maker'
    })
  if (outcome.kind === 'connect') {
    const { key, connectUrl, connectsHere } = outcome
    return { ...outcome, connectUrl: await toConnect(key, connectUrl, connectsHere) }
  }
  if (!shown || outcome.kind !== 'report') return outcome
  const { freshness, connectUrl, connectsHere = false, adapter } = action.source
  // Nobody buys with a connection that is refused.
  if (connectUrl !== undefined && outcome.asOf?.reason === 'refused')
    return {
      ...outcome,
      reconnect: { url: await toConnect(shown.key, connectUrl, connectsHere), title: adapter.title }
    }
  if (!links) return outcome
  return { ...outcome, report: await links.linked(outcome.report, shown.key, freshness) }
}
