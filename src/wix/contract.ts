// The wire contract with Wix: what its signed quota call carries and what it expects back.
// https://dev.wix.com/docs/rest/business-management/automations/actions/action-service-plugin/get-quota-info
import { type Static, Type } from '../schema.ts'

const strict = { additionalProperties: false }

/** The payload of Wix's signed call. Everything in `metadata` is optional, and an unknown field is no error. */
export const QuotaCallPayload = Type.Object(
  {
    data: Type.Object({
      request: Type.Object({
        actionKey: Type.String({
          minLength: 1,
          maxLength: 256,
          description: "The action's key, as the app dashboard spells it."
        })
      }),
      metadata: Type.Optional(
        Type.Object({
          requestId: Type.Optional(Type.Unknown({ description: "Wix's id of this call; not a GUID." })),
          instanceId: Type.Optional(
            Type.Unknown({ description: "GUID of the app's installation on the asking site." })
          ),
          appExtensionType: Type.Optional(
            Type.String({
              pattern:
                '^[Aa][Uu][Tt][Oo][Mm][Aa][Tt][Ii][Oo][Nn][Ss]_[Aa][Cc][Tt][Ii][Oo][Nn]_[Pp][Rr][Oo][Vv][Ii][Dd][Ee][Rr]$',
              description: 'AUTOMATIONS_ACTION_PROVIDER, in any case.'
            })
          ),
          languages: Type.Optional(Type.Unknown({ description: "The reader's languages as BCP 47 tags, best first." }))
        })
      )
    }),
    aud: Type.Optional(Type.Unknown({ description: "The app's id, or a list that holds it." })),
    iss: Type.Optional(Type.Unknown({ description: '`wix.com`' })),
    iat: Type.Optional(Type.Unknown({ description: 'When it was signed, in seconds since 1970.' })),
    exp: Type.Optional(Type.Unknown({ description: 'When it ends, in seconds since 1970.' }))
  },
  { title: 'QuotaCallPayload', description: 'What the signed body of a quota call carries.' }
)

const CallToAction = Type.Object(
  {
    url: Type.String({ minLength: 1, format: 'uri', description: 'Where the button leads.' }),
    label: Type.String({ minLength: 1, description: 'What stands on the button.' })
  },
  {
    ...strict,
    title: 'CallToAction',
    examples: [{ url: 'https://acme.onlyoffice.com/portal-settings/payments/portal-payments', label: 'Upgrade' }]
  }
)

const Plan = Type.Object(
  {
    id: Type.String({
      format: 'uuid',
      description: 'The same for the same plan in every answer, across actions and restarts.'
    }),
    name: Type.String({ minLength: 1, description: 'What the plan is called.', examples: ['Business'] })
  },
  { ...strict, title: 'Plan' }
)

const Quota = Type.Object(
  {
    featureName: Type.String({
      minLength: 1,
      description: "What is counted; a size's unit stands behind it.",
      examples: ['Storage space (GB)']
    }),
    renewalDate: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'When the quota renews, in UTC with milliseconds; left out when unknown.',
        examples: ['2027-01-12T01:20:00.000Z']
      })
    ),
    currentUsage: Type.String({
      minLength: 1,
      description: 'What is used: plain digits with at most two decimals, cut, unless sizes are configured as text.',
      examples: ['346']
    }),
    limit: Type.Optional(
      Type.String({ minLength: 1, description: 'What is allowed; left out when unlimited.', examples: ['500'] })
    ),
    additionalInfo: Type.Optional(
      Type.Object(
        {
          description: Type.String({ minLength: 1, description: 'A tooltip.', examples: ['11 of 12 used, 1 left.'] }),
          cta: Type.Optional(CallToAction)
        },
        { ...strict, title: 'AdditionalInfo' }
      )
    )
  },
  { ...strict, title: 'Quota' }
)

const QuotaInfo = Type.Object(
  {
    plans: Type.Array(Plan, { description: 'The plan and what was bought beside it.' }),
    quotas: Type.Array(Quota, { minItems: 1, description: 'What these plans limit.' }),
    upgradeCta: Type.Optional(CallToAction)
  },
  { ...strict, title: 'QuotaInfo', description: 'Plans and quotas that belong together.' }
)

const ActionQuotaInfo = Type.Object(
  {
    enforced: Type.Boolean({ description: '`false`: Wix shows nothing for this action.' }),
    quotaInfo: Type.Array(QuotaInfo, { description: 'Empty when there is nothing to show.' })
  },
  { ...strict, title: 'ActionQuotaInfo' }
)

/** The answer to a quota call, with the wrapper that Wix's schema asks for. */
export const QuotaInfoAnswer = Type.Object(
  { actionQuotaInfo: ActionQuotaInfo },
  {
    ...strict,
    title: 'QuotaInfoAnswer',
    examples: [
      {
        actionQuotaInfo: {
          enforced: true,
          quotaInfo: [
            {
              plans: [{ id: '0cdd2a08-2ea8-5b3c-a63a-8f4a6f4f6e1b', name: 'Startup' }],
              quotas: [
                {
                  featureName: 'Rooms',
                  currentUsage: '11',
                  limit: '12',
                  additionalInfo: { description: '11 of 12 used, 1 left.' }
                },
                { featureName: 'Storage space (GB)', currentUsage: '1.39', limit: '2' }
              ],
              upgradeCta: {
                url: 'https://acme.onlyoffice.com/portal-settings/payments/portal-payments',
                label: 'Upgrade'
              }
            }
          ]
        }
      }
    ]
  }
)

export type ActionQuotaInfo = Static<typeof ActionQuotaInfo>
export type QuotaInfo = Static<typeof QuotaInfo>
export type Quota = Static<typeof Quota>
export type Plan = Static<typeof Plan>
export type CallToAction = Static<typeof CallToAction>
export type QuotaInfoAnswer = Static<typeof QuotaInfoAnswer>

/**
 * An error, in one body for both of its readers: `applicationError` for Wix's SDK, `message` for everybody else.
 */
export const ErrorAnswer = Type.Object(
  {
    message: Type.String({ minLength: 1, description: 'What happened.' }),
    applicationError: Type.Object(
      {
        code: Type.String({ minLength: 1, description: 'A stable code.', examples: ['ACTION_NOT_FOUND'] }),
        description: Type.String({ minLength: 1, description: 'What to do about it.' }),
        data: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
          description: 'Facts for a program, such as the finding about a provider.'
        })
      },
      strict
    )
  },
  { ...strict, title: 'ErrorAnswer' }
)
export type ErrorAnswer = Static<typeof ErrorAnswer>
