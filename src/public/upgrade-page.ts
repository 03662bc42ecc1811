// Whoever opens an upgrade link is a person with a browser: where it leads nowhere, a page in their language says what to do.
import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import type { QuotaBridgeError } from '../errors.ts'
import { answerError, sendError } from '../http/errors.ts'
import { html } from '../pages/html.ts'
import { linkButton, pageDocument, pageHeaders } from '../pages/page.ts'
import { chooseLanguage } from '../presentation/languages.ts'
import { type Words, wordsOf } from '../presentation/words.ts'
import { type TSchema, Type } from '../schema.ts'
import type { ErrorAnswer } from '../wix/contract.ts'

const PAGE = 'text/html'
const JSON_TYPE = 'application/json'

/** What such a page says, by the status of the error. */
export function upgradePageWords(status: number, words: Words): { title: string; text: string } {
  return status === 404
    ? { title: words.say('page.link-ended.title'), text: words.say('page.link-ended.text') }
    : { title: words.say('page.unavailable.title'), text: words.say('page.unavailable.text') }
}

/** The response schemas of errors as this route sends them: JSON, or a page. */
export function alsoAsPages(responses: Record<number, TSchema>): Record<number, object> {
  return Object.fromEntries(
    Object.entries(responses).map(([status, { description, headers, examples, ...schema }]) => [
      status,
      {
        description,
        ...(headers && { headers }),
        content: {
          [JSON_TYPE]: { schema, examples: byCode(examples) },
          [PAGE]: { schema: Type.String({ description: 'What to do, in a language of the reader.' }) }
        }
      }
    ])
  )
}

function byCode(examples: readonly ErrorAnswer[]): Record<string, { value: ErrorAnswer }> {
  return Object.fromEntries(examples.map(value => [value.applicationError.code, { value }]))
}

/** Sends an error of this route as a page, or as JSON to a caller that would rather have that. */
export function sendUpgradeError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  fallbackLanguage: string
): FastifyReply {
  const accepted = new Negotiator(request.raw)
  const [preferred] = accepted.mediaTypes([PAGE, JSON_TYPE])
  if (preferred === JSON_TYPE) return sendError(error, request, reply)
  const words = wordsOf(chooseLanguage(accepted.languages(), fallbackLanguage))
  return sendError(error, request, reply, { answer: known => answerPage(known, reply, words) })
}

function answerPage(error: QuotaBridgeError, reply: FastifyReply, words: Words): FastifyReply {
  const { title, text } = upgradePageWords(error.status, words)
  const { upgradeUrl } = error.data
  const leadsOn = typeof upgradeUrl === 'string' ? linkButton(upgradeUrl, words.say('button.upgrade')) : undefined
  const page = pageDocument({ language: words.language, title, body: html`<p>${text}</p>${leadsOn}` })
  reply.headers({ ...pageHeaders, 'content-language': words.language })
  return answerError(error, reply, page)
}
