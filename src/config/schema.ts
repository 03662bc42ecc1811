// The configuration file as an operator writes it. Descriptions and examples appear in error messages and in docs/reference.md.
import { LANGUAGES } from '../presentation/catalogues.ts'
import type { ProviderAdapter } from '../quota/provider.ts'
import { Secret, type Static, type TObject, Type } from '../schema.ts'
import { ConnectSchema } from './connect.ts'
import { Duration } from './durations.ts'
import { ManagementSchema } from './management.ts'
import { ServerSchema } from './server.ts'
import { StoreSchema } from './store.ts'
import { WebhooksSchema } from './webhooks.ts'

const strict = { additionalProperties: false }

const PublicKey = Type.String({
  minLength: 1,
  description: 'PEM, whose line breaks may be blanks or literal \\n, or base64 of the PEM',
  examples: ['${WIX_PUBLIC_KEY}']
})
const Labels = Type.Record(
  Type.String(),
  Type.Record(
    Type.String(),
    Type.String({ minLength: 1, description: 'a name or a message', examples: ['Emails sent'] }),
    { description: 'the wordings in one language', examples: [{ emails: 'Emails sent' }] }
  ),
  {
    description: 'own wordings, per language: names by feature, tooltips and buttons by message key',
    examples: [{ en: { emails: 'Emails sent', 'button.upgrade': 'Go Pro' } }]
  }
)

export const ProviderShell = Type.Object({
  type: Type.String({ description: 'the kind of provider', examples: ['static'] })
})

export const ActionSchema = Type.Object(
  {
    provider: Type.String({ minLength: 1, description: 'a name from providers:', examples: ['newsletter'] }),
    features: Type.Optional(
      Type.Array(Type.String({ minLength: 1, description: 'a feature of the provider', examples: ['room'] }), {
        minItems: 1,
        uniqueItems: true,
        description: "which quotas, in which order; '*' stands for all others; the provider's usual ones when left out",
        examples: [['room', 'manager']]
      })
    ),
    enforced: Type.Boolean({
      default: true,
      description: 'whether Wix shows anything for this action',
      examples: [false]
    }),
    labels: Type.Optional(Labels)
  },
  // The default never applies, but without one TypeBox fills in no defaults below a record.
  {
    ...strict,
    default: {},
    description: 'one action of the app, by its action key',
    examples: [{ provider: 'newsletter' }]
  }
)

export const ConfigurationSchema = Type.Object(
  {
    wix: Type.Object(
      {
        appId: Type.String({
          format: 'uuid',
          description: "the app's id, a GUID, which every signed call must name",
          examples: ['00000000-0000-0000-0000-000000000000']
        }),
        publicKey: Type.Union([PublicKey, Type.Array(PublicKey, { minItems: 1 })], {
          description:
            "the app's public key: PEM, whose line breaks may be blanks or literal \\n, or base64 of the PEM; a list while a key is rotated",
          examples: ['${WIX_PUBLIC_KEY}']
        }),
        appSecret: Type.Optional(
          Secret({
            description:
              "the app's secret key, from the dashboard's page OAuth; lets the app's page in the Wix dashboard connect sites",
            examples: ['${WIX_APP_SECRET}']
          })
        ),
        allowUnsigned: Type.Boolean({
          default: false,
          description: 'whether calls that nobody signed are answered too; for development only',
          examples: [true]
        })
      },
      { ...strict, description: 'what identifies the Wix app' }
    ),
    server: ServerSchema,
    forward: Type.Optional(
      Type.Unknown({
        description:
          "the maker's own server, to which all goes that arrives under the base path and is not for Quota Bridge; or a list, one entry for each base path"
      })
    ),
    management: Type.Optional(ManagementSchema),
    store: Type.Optional(StoreSchema),
    connect: ConnectSchema,
    webhooks: Type.Optional(WebhooksSchema),
    presentation: Type.Object(
      {
        sizes: Type.Union([Type.Literal('in-name'), Type.Literal('in-value')], {
          default: 'in-name',
          description: 'in-name (plain numbers, the unit in the name) or in-value (sizes as text)',
          examples: ['in-value']
        }),
        language: Type.Union(
          LANGUAGES.map(language => Type.Literal(language)),
          {
            default: 'en',
            form: 'a text',
            description: `the language when a call names none we have: ${LANGUAGES.join(', ')}`,
            examples: ['de']
          }
        )
      },
      { ...strict, default: {}, description: 'how answers read' }
    ),
    providers: Type.Record(Type.String(), Type.Unknown(), {
      minProperties: 1,
      description: 'where quotas come from, by a name of your choice',
      examples: [{ newsletter: { type: 'static' } }]
    }),
    actions: Type.Record(Type.String(), ActionSchema, {
      minProperties: 1,
      description: 'the actions of the app, by their action key',
      examples: [{ 'send-email': { provider: 'newsletter' } }]
    })
  },
  strict
)
export type ConfigurationFile = Static<typeof ConfigurationSchema>

/** Says that every site brings its own connection. */
export const PER_SITE = 'per-site'

const shared = (connection: TObject) => ({
  connection: sharedConnection(connection),
  checkOnStart: Type.Boolean({
    default: true,
    description:
      'whether it is found out after the start, in the background, if the connection works, and told in the log',
    examples: [false]
  })
})

const recheck = Duration({
  default: '24h',
  description:
    'how often it is found out anew, in the background, whether each connection works; 0s for never, else from 1m to 7d'
})

const perSite = {
  connection: Type.Literal(PER_SITE, {
    description: 'the connection that all sites share, or per-site: every site has its own, from the store'
  }),
  connectUrl: Type.Optional(
    Type.String({
      format: 'uri',
      pattern: '^https?://\\S+$',
      description:
        'with per-site: where the button Connect leads, a page of your own, with a signed token as a parameter; without it, and without connect.page, nothing is shown for a site that has no connection',
      examples: ['https://app.example.com/connect']
    })
  )
}

/** The whole entry under `providers:` for one adapter: its own settings beside what every provider has. */
export function providerSchema(
  { type, settingsSchema, connectionSchema }: ProviderAdapter,
  sites: 'shared' | 'per-site'
): TObject {
  return Type.Object(
    {
      type: Type.Literal(type),
      deadline: Duration({ default: '2500ms', description: 'the answer leaves within this time, 5 s at most' }),
      patience: Duration({
        default: '1500ms',
        description: 'how long a call waits for newer numbers when it could show older ones'
      }),
      freshFor: Duration({ default: '60s', description: 'numbers younger than this are shown without asking' }),
      keepFor: Duration({ default: '24h', description: 'numbers older than this are never shown' }),
      ...(needsConnection(connectionSchema) && {
        recheck,
        ...(sites === PER_SITE ? perSite : shared(connectionSchema))
      }),
      ...settingsSchema.properties
    },
    // Only what names the rest itself is open.
    { additionalProperties: settingsSchema.additionalProperties === true }
  )
}

function sharedConnection(schema: TObject): TObject {
  const keys = Object.keys(schema.properties).join(', ')
  return { ...schema, form: `a mapping with the keys ${keys}, or ${PER_SITE}` }
}

/** Some adapters, such as static, speak for nobody. */
export function needsConnection({ properties }: TObject): boolean {
  return Object.keys(properties).length > 0
}
