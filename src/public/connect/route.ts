// GET and POST /connect: the page on which a site is connected, for its owner, in a browser. Nothing about it is ambient: what
// proves who somebody is comes along with every form, so that no other page can send one in their name.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { type ErrorCode, errorCatalogue, type QuotaBridgeError } from '../../errors.ts'
import { answerError, type OnRefused, sendError } from '../../http/errors.ts'
import { headersFor, type Page, pageDocument } from '../../pages/page.ts'
import { chooseLanguage } from '../../presentation/languages.ts'
import { wordsOf } from '../../presentation/words.ts'
import { type TSchema, Type } from '../../schema.ts'
import { createDesk, type DeskOptions, type Served } from './desk.ts'
import { refusedPage } from './pages.ts'
import { createTries } from './tries.ts'
import { readVisitor, type Visitor, type VisitorOptions } from './visitor.ts'

export interface ConnectRouteOptions extends Omit<DeskOptions, 'tries'>, VisitorOptions {
  /** Of pages for readers none of whose languages we have. */
  language: () => string
  /** Whose pages may show this one in a frame. */
  frameAncestors: readonly string[]
  /** Whether a request's address is its caller's. */
  canBelieveAddresses: boolean
  onRefused?: OnRefused | undefined
}

declare module 'fastify' {
  interface FastifyRequest {
    /** In which language a visitor reads, as soon as that is known. */
    readerLanguage: string | undefined
  }
}

export const connectRoute: FastifyPluginAsyncTypebox<ConnectRouteOptions> = async (app, options) => {
  const { language, frameAncestors, canBelieveAddresses, onRefused } = options
  const desk = createDesk({ ...options, tries: createTries() })
  const headers = headersFor({ sendsForms: true, frameAncestors })
  app.decorateRequest('readerLanguage', undefined)

  function listed(request: FastifyRequest): string {
    return chooseLanguage(new Negotiator(request.raw).languages(), language())
  }

  async function visitorOf(request: FastifyRequest, fields: URLSearchParams): Promise<Visitor> {
    const visitor = await readVisitor(fields, listed(request), options)
    request.readerLanguage = visitor.language
    return visitor
  }

  function sendPage(reply: FastifyReply, page: Page, error?: QuotaBridgeError): FastifyReply {
    reply.headers({ ...headers, 'content-language': page.language })
    const document = pageDocument(page)
    return error ? answerError(error, reply, document) : reply.send(document)
  }

  function serve(reply: FastifyReply, { page, error }: Served): FastifyReply {
    return sendPage(reply, page, error)
  }

  app.setErrorHandler((error, request, reply) => {
    const words = wordsOf(request.readerLanguage ?? listed(request))
    return sendError(error, request, reply, {
      onRefused,
      answer: known => sendPage(reply, refusedPage(known, words), known)
    })
  })

  app.get(
    '/connect',
    {
      config: { call: 'connect' },
      schema: {
        operationId: 'getConnectPage',
        tags: ['Site owners'],
        summary: 'The page on which a site is connected',
        description:
          "With connect.page: true. The button Connect on Wix's quota screen leads here with `token`; the Wix dashboard shows it in a frame, with `instance` and `locale`. Every answer is a page in the reader's language.",
        querystring: Type.Object({
          token: Type.Optional(
            Type.String({ description: 'Made here, within a call of Wix for the site; for half an hour.' })
          ),
          instance: Type.Optional(Type.String({ description: "Signed by Wix with the app's secret key, for a day." })),
          provider: Type.Optional(
            Type.String({
              description: 'Which provider to connect with, of several whose sites have their own connections.'
            })
          ),
          locale: Type.Optional(Type.String({ description: "The dashboard's language." }))
        }),
        response: {
          200: page('The form.'),
          ...pages([
            'INSTANCE_REFUSED',
            'OWNER_NEEDED',
            'CONNECT_TOKEN_ENDED',
            'PROVIDER_NOT_FOUND',
            'STORE_UNAVAILABLE'
          ])
        }
      },
      validatorCompiler: () => () => true
    },
    async (request, reply) => {
      const { searchParams } = new URL(request.raw.url ?? '', 'http://page')
      return serve(reply, await desk.show(await visitorOf(request, searchParams)))
    }
  )

  app.post(
    '/connect',
    {
      config: { call: 'connect' },
      schema: {
        operationId: 'postConnectPage',
        tags: ['Site owners'],
        summary: 'Checks and saves a connection, or disconnects the site',
        description:
          'The form of that page. The provider is asked whether the connection works; what it finds, and what to do about it, is told on the page. Of what was sent, no secret is sent back.',
        consumes: ['application/x-www-form-urlencoded'],
        // It arrives as a text, like every body here.
        body: Type.Unsafe<string>(ConnectFormSchema),
        response: {
          200: page('It is saved, with the plan that was found; or the site is disconnected.'),
          ...pages([
            'INSTANCE_REFUSED',
            'INVALID_SIGNATURE',
            'OWNER_NEEDED',
            'CONNECT_TOKEN_ENDED',
            'PROVIDER_NOT_FOUND',
            'ANOTHER_ACCOUNT',
            'SITE_REMOVED',
            'PAYLOAD_TOO_LARGE',
            'INVALID_CONNECTION',
            'CONNECTION_REFUSED',
            'RATE_LIMITED',
            'STORE_UNAVAILABLE'
          ])
        }
      },
      validatorCompiler: () => () => true
    },
    async (request, reply) => {
      const form = new URLSearchParams(request.body ?? '')
      const visitor = await visitorOf(request, form)
      return serve(reply, await desk.take(visitor, form, canBelieveAddresses ? request.ip : undefined))
    }
  )
}

const ConnectFormSchema = Type.Object(
  {
    token: Type.Optional(Type.String({ description: 'As it came.' })),
    instance: Type.Optional(Type.String({ description: 'As it came.' })),
    provider: Type.Optional(Type.String({ description: 'As it came.' })),
    locale: Type.Optional(Type.String({ description: 'As it came.' })),
    do: Type.String({
      description:
        '`save`; `copy`, which takes what is no secret from the site that this one is a copy of; or `disconnect`.'
    }),
    replace: Type.Optional(
      Type.String({ description: '`yes`: another account may take the place of the present one.' })
    )
  },
  {
    additionalProperties: Type.String({
      description: "The fields that the provider's adapter asks for, as `field.NAME`."
    }),
    examples: [
      { token: 'eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl', do: 'save', 'field.url': 'https://acme.onlyoffice.com' }
    ]
  }
)

const RETRIED: ReadonlySet<ErrorCode> = new Set(['RATE_LIMITED', 'STORE_UNAVAILABLE'])
const RetryAfter = Type.Integer({ minimum: 1, description: 'Seconds after which trying again makes sense.' })

function page(description: string, headers?: Record<string, TSchema>): object {
  const schema = Type.String({ description: 'A page in a language of the reader.' })
  return { description, ...(headers && { headers }), content: { 'text/html': { schema } } }
}

/** The pages that tell of errors, by status. */
function pages(codes: readonly ErrorCode[]): Record<number, object> {
  const byStatus = Map.groupBy(codes, code => errorCatalogue[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, sharing]) => {
      const told = sharing.map(code => `\`${code}\`: ${errorCatalogue[code].message}`).join(' ')
      return [status, page(told, sharing.some(code => RETRIED.has(code)) ? { 'Retry-After': RetryAfter } : undefined)]
    })
  )
}
