// Signing in to the pages without a management token: by a link that works once and soon ends, for a session that ends too.
import { randomBytes } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { QuotaBridgeError } from '../errors.ts'
import { errorResponses } from '../http/errors.ts'
import { Type } from '../schema.ts'
import { bearerOf, type NamedToken, type RequireToken } from './tokens.ts'

const LINK_MS = 10 * 60_000
const SESSION_MS = 60 * 60_000
/** Of links that nobody has opened yet, and of sessions; the oldest go first. */
const KEPT_MAX = 100
/** Of chance, in a link and in a session's token. */
const LINK_BYTES = 16
const SESSION_BYTES = 32

interface Opening extends NamedToken {
  /** The token of the configuration behind it: with that, it ends. */
  opener: string
  /** Milliseconds since 1970. */
  endsAt: number
}

export interface SignIn {
  /** What opens a session. */
  codes(): readonly NamedToken[]
  /** What opens all that a management token opens, but for making links. */
  sessions(): readonly NamedToken[]
  /** A code for a link, in the name of who made it. */
  link(opener: NamedToken): Opening
  /** The session that a code opens; undefined for one that was opened already. */
  open(code: string): Opening | undefined
}

/** In this process's memory alone: a link is opened on the replica that made it. `tokens` are those of the configuration. */
export function createSignIn(tokens: () => readonly NamedToken[], now: () => number): SignIn {
  let codes: Opening[] = []
  let sessions: Opening[] = []
  const alive = (openings: Opening[]) => {
    const known = new Set(tokens().map(({ token }) => token))
    return openings.filter(({ opener, endsAt }) => endsAt > now() && known.has(opener)).slice(-KEPT_MAX)
  }
  const opening = (name: string, opener: string, bytes: number, lastsMs: number): Opening => ({
    ...{ name, opener, endsAt: now() + lastsMs },
    token: randomBytes(bytes).toString('base64url')
  })
  return {
    codes: () => alive(codes),
    sessions: () => alive(sessions),
    link({ name, token }) {
      const made = opening(name, token, LINK_BYTES, LINK_MS)
      codes = alive([...codes, made])
      return made
    },
    open(code) {
      const found = alive(codes).find(({ token }) => token === code)
      if (!found) return undefined
      codes = codes.filter(each => each !== found)
      const session = opening(found.name, found.opener, SESSION_BYTES, SESSION_MS)
      sessions = alive([...sessions, session])
      return session
    }
  }
}

const EndsAt = Type.String({
  format: 'date-time',
  description: 'When it ends.',
  examples: ['2026-11-22T12:10:00.000Z']
})
/** What a link is made of. */
export const SignInLink = Type.Object(
  {
    code: Type.String({
      description: 'Goes behind the # of the address of a page, where no server sees it.',
      examples: ['bm8tb25lLWNhbi11c2U']
    }),
    endsAt: EndsAt
  },
  {
    additionalProperties: false,
    title: 'SignInLink',
    examples: [{ code: 'bm8tb25lLWNhbi11c2U', endsAt: '2026-11-22T12:10:00.000Z' }]
  }
)
const Session = Type.Object(
  {
    token: Type.String({ description: 'Opens the management API until it ends.', examples: ['b25seS1hbi1leGFtcGxl'] }),
    name: Type.String({ description: 'What the audit calls whoever uses it.', examples: ['ops-2026'] }),
    endsAt: EndsAt
  },
  {
    additionalProperties: false,
    title: 'Session',
    examples: [{ token: 'b25seS1hbi1leGFtcGxl', name: 'ops-2026', endsAt: '2026-11-22T13:00:00.000Z' }]
  }
)

const LINK_USED = {
  message: 'This link was used already, or its time is over.',
  remedy: 'Make another one with: quota-bridge preview --config FILE'
}

export interface SignInRoutesOptions {
  signIn: SignIn
  /** Of the configuration. */
  tokens: () => readonly NamedToken[]
  requireToken: RequireToken
}

export const signInRoutes: FastifyPluginAsyncTypebox<SignInRoutesOptions> = async (app, options) => {
  const { signIn, tokens, requireToken } = options
  const tags = ['Preview']
  const errors = errorResponses(['UNAUTHORIZED', 'RATE_LIMITED'])

  app.post(
    '/v1/sign-in-links',
    {
      onRequest: requireToken(tokens),
      schema: {
        operationId: 'makeSignInLink',
        tags,
        security: [{ managementToken: [] }],
        summary: 'Make a link that opens the pages once',
        description: 'With a token of the configuration: a session makes none.',
        response: { 201: { ...SignInLink, description: 'What opens one session.' }, ...errors }
      }
    },
    async (request, reply) => {
      const { token, endsAt } = signIn.link({ name: request.actor, token: bearerOf(request) })
      return reply.code(201).send({ code: token, endsAt: new Date(endsAt).toISOString() })
    }
  )

  app.post(
    '/v1/sessions',
    {
      onRequest: requireToken(signIn.codes, LINK_USED),
      schema: {
        operationId: 'openSession',
        tags,
        security: [{ signInCode: [] }],
        summary: 'Open a session with the code of a link',
        description: 'Once. The session ends by itself, and with the token that its link was made with.',
        response: { 201: { ...Session, description: 'A session.' }, ...errors }
      }
    },
    async (request, reply) => {
      const session = signIn.open(bearerOf(request))
      if (!session) throw new QuotaBridgeError('UNAUTHORIZED', LINK_USED)
      const { token, name, endsAt } = session
      request.log.info({ by: name }, 'a page was opened by a link')
      return reply.code(201).send({ token, name, endsAt: new Date(endsAt).toISOString() })
    }
  )
}
