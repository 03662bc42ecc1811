// An adapter to start from, for `type: module`. The system is made up: GET {url}/v1/account with a bearer key answers
//   { "plan": { "id": "team", "name": "Team" }, "seats": { "used": 7, "max": 10 }, "renews": "2099-01-01T00:00:00Z" }
// where max is absent when there is no limit, and seats when the key may not see them.
import {
  baseUrlMistake,
  type Conformance,
  canBeSent,
  createHttpClient,
  type ProviderAdapter,
  ProviderError,
  partyOf,
  type QuotaReport,
  Secret,
  type Static,
  Type,
  TypeCompiler,
  visibleText
} from 'quota-bridge/adapter'

/** What stands in the configuration, beside type, module and what every provider has. */
const settingsSchema = Type.Object({
  allowedHosts: Type.Array(Type.String({ minLength: 1 }), {
    default: ['*.tally.example'],
    description: 'hosts that a connection may name'
  }),
  allowPrivateHosts: Type.Boolean({ default: false, description: 'whether private networks are admitted' })
})
type Settings = Static<typeof settingsSchema>

/** What an operator or a site must give. A field that is Secret() is never shown or logged. */
const connectionSchema = Type.Object(
  {
    url: Type.String({ description: "the account's address", examples: ['https://acme.tally.example'] }),
    apiKey: Secret({ description: 'an API key', examples: ['${TALLY_API_KEY}'] })
  },
  { additionalProperties: false }
)
type Connection = Static<typeof connectionSchema>

/** Strict in what is needed, tolerant of everything else. */
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const accountSchema = Type.Object({
  plan: Type.Object({ id: Type.String({ minLength: 1 }), name: Type.Optional(Type.String()) }),
  seats: Type.Optional(Type.Object({ used: Count, max: Type.Optional(Count) })),
  renews: Type.Optional(Type.String({ format: 'date-time' }))
})
type Account = Static<typeof accountSchema>
const Account = TypeCompiler.Compile(accountSchema)

export const adapter: ProviderAdapter<Settings, Connection> = {
  type: 'tally',
  title: 'Tally',
  findings: {
    'seats-hidden': ['The API key may not see the seats.', 'Make one that has the role Billing.']
  },
  settingsSchema,
  connectionSchema,
  connectionMistakes({ url, apiKey }, settings) {
    const message = baseUrlMistake(url, settings)
    return [
      ...(message ? [{ path: ['url'], message }] : []),
      ...(canBeSent(apiKey) ? [] : [{ path: ['apiKey'], message: 'must be a key as Tally shows it' }])
    ]
  },
  features: () => ({ known: ['seats'], shown: ['seats'] }),
  create(settings, { watch }) {
    // Allowed hosts alone, no redirects, few calls at once; every failure is a ProviderError.
    const client = createHttpClient(settings, { maxResponseBytes: 64 * 1024, connectionsPerOrigin: 10 }, {}, watch)
    const callFor = ({ url, apiKey }: Connection) => ({
      operation: 'account',
      url: new URL('/v1/account', url),
      headers: { authorization: `Bearer ${apiKey}` }
    })
    return {
      async fetchReport(connection, { signal, deadlineAt }) {
        const party = partyOf(connection.apiKey)
        return convert(read(await client.json(callFor(connection), { signal, deadlineAt, party })), connection)
      },
      async check(connection, { signal }) {
        try {
          const { seats } = read(await client.jsonOnce(callFor(connection), signal))
          return seats ? { health: 'ok' } : { health: 'limited', finding: 'seats-hidden' }
        } catch (error) {
          if (!(error instanceof ProviderError)) throw error
          return { health: 'failing', finding: error.finding }
        }
      },
      upgradeUrl: ({ url }) => new URL('/plans', url).href,
      close: () => client.close()
    }
  }
}

function read(answer: unknown): Account {
  if (Account.Check(answer)) return answer
  throw new ProviderError('PROVIDER_REJECTED', 'answer-invalid')
}

/** Typed numbers and dates. What is not told is left out: a missing number is not zero. */
export function convert({ plan, seats, renews }: Account, { url }: Pick<Connection, 'url'>): QuotaReport {
  const name = visibleText(plan.name)
  return {
    vocabulary: 'tally',
    account: new URL(url).origin,
    groups: [
      {
        plans: [{ id: plan.id, ...(name !== undefined && { name }) }],
        quotas: seats
          ? [
              {
                feature: 'seats',
                name: { en: 'Seats', de: 'Plätze' },
                unit: 'count',
                used: seats.used,
                limit: seats.max ?? 'unlimited',
                ...(renews !== undefined && { renewsAt: new Date(renews) })
              }
            ]
          : [],
        upgradeUrl: new URL('/plans', url).href
      }
    ]
  }
}

const account = { plan: { id: 'team', name: 'Team' }, seats: { used: 7, max: 10 }, renews: '2099-01-01T00:00:00Z' }

/** For `quota-bridge adapter test ./adapter.mts`. */
export const conformance: Conformance = {
  settings: () => ({ allowedHosts: ['127.0.0.1'], allowPrivateHosts: true }),
  connection: (url, apiKey) => ({ url, apiKey }),
  answers: { '/v1/account': account },
  findings: { 'seats-hidden': { answers: { '/v1/account': { plan: account.plan } } } }
}
