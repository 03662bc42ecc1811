// What stands in the configuration of a provider of type http. What may be written in several ways is looked at in mapping.ts.
import { type Static, Type } from '../../schema.ts'
import { Name, WebAddress } from '../written-names.ts'
import { CLOCK_NAMES, MOMENT_FORMATS } from './clock.ts'
import { AuthSchema, FieldSchema, oneOf, RequestSchema, strict, text, yes } from './schema-requests.ts'

const where = {
  at: Type.Optional(
    text('a request and a JSON Pointer, in which * stands for every item', 'wallet#/wallets/*/granted')
  ),
  path: Type.Optional(text('a request and a JSONPath, in the place of at', "wallet#$.wallets[?@.status == 'active']")),
  each: Type.Optional(text('a pointer inside of each value that path finds', '/granted')),
  map: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), { description: 'what each value stands for', examples: [{ free: 100 }] })
  )
}
const missing = <const Word extends string>(words: readonly Word[]) =>
  Type.Optional(oneOf(words, 'what a missing value means; omit when left out'))

export const NumberSchema = Type.Object(
  {
    ...where,
    sum: yes('the sum of several values'),
    count: yes('how many values there are'),
    min: yes('the least of several values'),
    max: yes('the greatest of several values'),
    plus: Type.Optional(Type.Unknown({ description: 'values that are added: a value, or a list' })),
    minus: Type.Optional(Type.Unknown({ description: 'values that are taken away: a value, or a list' })),
    scale: Type.Optional(
      Type.Union([Type.String(), Type.Number()], {
        description: 'a factor: a number, or two with a slash',
        examples: ['1/100']
      })
    ),
    round: Type.Optional(oneOf(['up', 'down'], 'what becomes of a fraction, which is left out otherwise')),
    unlimitedWhen: Type.Optional(
      Type.Array(Type.Unknown(), { description: 'values that mean: no limit', examples: [[null, -1]] })
    ),
    missing: missing(['omit', 'unlimited', 'fail'])
  },
  { ...strict, description: 'a value of an answer', examples: [{ at: 'wallet#/used' }] }
)
export const TextSchema = Type.Object(
  { ...where, missing: missing(['omit', 'fail']) },
  { ...strict, description: 'a value of an answer', examples: [{ at: 'wallet#/plan' }] }
)
export const MomentSchema = Type.Object(
  {
    at: where.at,
    path: where.path,
    each: where.each,
    min: yes('the earliest of several values'),
    max: yes('the latest of several values'),
    as: Type.Optional(oneOf(MOMENT_FORMATS, 'how the moment is written; rfc3339 when left out')),
    clock: Type.Optional(oneOf(CLOCK_NAMES, 'a moment of the clock, in the place of at')),
    missing: missing(['omit', 'fail'])
  },
  {
    ...strict,
    description: 'a moment of an answer, or of the clock',
    examples: [{ at: 'wallet#/renews', as: 'epoch-s' }]
  }
)

export const QuotaSchema = Type.Object(
  {
    names: Type.Optional(Name('Credits')),
    unit: Type.Optional(oneOf(['count', 'bytes'], 'what is counted')),
    used: Type.Unknown({ description: 'how much is used: a value of an answer', examples: [{ at: 'wallet#/used' }] }),
    limit: Type.Unknown({
      description: 'how much is allowed: a value of an answer, a whole number, or unlimited',
      examples: [{ at: 'wallet#/granted' }]
    }),
    renewsAt: Type.Optional(Type.Unknown({ description: 'when usage starts again from zero' })),
    manageUrl: Type.Optional(WebAddress)
  },
  { ...strict, description: 'one quota', examples: [{ used: { at: 'wallet#/used' }, limit: 500 }] }
)

export const settingsSchema = Type.Object({
  title: Type.Optional(
    text("the system's own name, for the button Connect; the host of the first request when left out", 'Acme Credits')
  ),
  fields: Type.Record(Type.String(), FieldSchema, {
    default: {},
    description: 'what a connection needs, by names for placeholders: title, description, example, secret',
    examples: [{ customer: { title: 'Customer id' } }]
  }),
  auth: Type.Optional(AuthSchema),
  headers: Type.Optional(
    Type.Record(Type.String(), Type.String({ minLength: 1, description: "a header's value" }), {
      description: 'further headers of every request',
      examples: [{ 'X-Version': '2026-03-10' }]
    })
  ),
  requests: Type.Record(Type.String(), RequestSchema, {
    minProperties: 1,
    maxProperties: 4,
    description: 'at most 4 requests, by name: get or post, body, list',
    examples: [{ wallet: { get: 'https://api.example.com/v1/wallet' } }]
  }),
  account: Type.Optional(text('whose plans these are, from the fields', '{customer}')),
  plans: Type.Array(
    Type.Object(
      {
        id: Type.Unknown({
          description: "the plan's id: a value of an answer, or a text",
          examples: [{ at: 'wallet#/plan' }]
        }),
        name: Type.Optional(Type.Unknown())
      },
      strict
    ),
    {
      default: [],
      description: 'the plans: id and name, values of an answer or texts',
      examples: [[{ id: { at: 'wallet#/plan' } }]]
    }
  ),
  state: Type.Optional(
    Type.Unknown({ description: 'where the plan stands: a value with a map to active, trial, grace or expired' })
  ),
  stateEndsAt: Type.Optional(Type.Unknown({ description: 'when a trial or a grace period ends' })),
  quotas: Type.Record(Type.String(), QuotaSchema, {
    minProperties: 1,
    description: 'the quotas, by feature: names, unit, used, limit, renewsAt, manageUrl',
    examples: [{ credits: { used: { at: 'wallet#/used' }, limit: 500 } }]
  }),
  empty: Type.Union([Type.Literal('fail'), Type.Literal('allow')], {
    default: 'fail',
    description: 'what it means that no quota can be read: fail, or allow (nothing is shown)',
    examples: ['allow']
  }),
  upgradeUrl: Type.Optional(
    text(
      'where a person buys more, with placeholders from the fields',
      'https://example.com/billing?customer={customer}'
    )
  ),
  check: Type.Optional(text('the request that proves a connection; the first when left out', 'wallet')),
  allowedHosts: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), {
      description: 'hosts that requests may go to; those that they name when left out',
      examples: [['api.example.com']]
    })
  ),
  allowPrivateHosts: Type.Boolean({
    default: false,
    description:
      'whether http://, ports, IP addresses and private networks are admitted; for development and self-hosting',
    examples: [true]
  })
})
export type HttpSettings = Static<typeof settingsSchema>
/** The values of the fields. */
export type HttpConnection = Readonly<Record<string, string>>
