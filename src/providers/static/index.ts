// Plans and quotas written in the configuration, for systems whose limits never change or that have no API.
import type { ProviderAdapter } from '../../quota/provider.ts'
import type { Quota, QuotaReport } from '../../quota/report.ts'
import { type Static, Type } from '../../schema.ts'
import { Name, WebAddress } from '../written-names.ts'

const strict = { additionalProperties: false }
const Moment = (description: string) =>
  Type.String({
    pattern:
      '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$',
    form: 'a date with its time and zone',
    description,
    examples: ['2027-01-12T00:00:00Z']
  })
const Amount = (description: string, example: number) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description, examples: [example] })

const StaticQuota = Type.Object(
  {
    feature: Type.String({ minLength: 1, description: "the feature's id, as actions name it", examples: ['emails'] }),
    name: Name('Emails sent'),
    unit: Type.Union([Type.Literal('count'), Type.Literal('bytes')], {
      default: 'count',
      description: 'count or bytes',
      examples: ['bytes']
    }),
    used: Amount('how much is used', 346),
    limit: Type.Union([Amount('how much is allowed', 500), Type.Literal('unlimited')], {
      description: 'how much is allowed: a whole number, or unlimited',
      examples: [500]
    }),
    renewsAt: Type.Optional(Moment('when usage starts again from zero')),
    manageUrl: Type.Optional(WebAddress)
  },
  strict
)

const StaticGroup = Type.Object(
  {
    plans: Type.Array(
      Type.Object(
        {
          id: Type.String({
            minLength: 1,
            description: "the plan's id, any text that stays the same",
            examples: ['free']
          }),
          name: Name('Free')
        },
        strict
      ),
      { description: 'the plans of this group', examples: [[{ id: 'free', name: 'Free' }]] }
    ),
    quotas: Type.Array(StaticQuota, { minItems: 1, description: 'what these plans limit' }),
    upgradeUrl: Type.Optional(WebAddress)
  },
  strict
)

const settingsSchema = Type.Object({
  groups: Type.Array(StaticGroup, { minItems: 1, description: 'plans and quotas that belong together' })
})
type StaticSettings = Static<typeof settingsSchema>

export const staticAdapter: ProviderAdapter<StaticSettings, unknown> = {
  type: 'static',
  title: 'Static',
  settingsSchema,
  // It speaks for nobody.
  connectionSchema: Type.Object({}, strict),
  features({ groups }) {
    const ids = [...new Set(groups.flatMap(group => group.quotas.map(quota => quota.feature)))]
    return { known: ids, shown: ids }
  },
  // What is written is all there is to show.
  sample: settings => reportOf(settings, 'sample'),
  create(settings, { name }) {
    const { groups } = settings
    const report = reportOf(settings, name)
    return {
      fetchReport: async () => report,
      upgradeUrl: (_connection, group) => groups[group]?.upgradeUrl,
      check: async () => ({ health: 'ok' }),
      close: async () => {}
    }
  }
}

function reportOf({ groups }: StaticSettings, account: string): QuotaReport {
  return {
    vocabulary: 'static',
    account,
    state: 'active',
    groups: groups.map(group => ({ ...group, quotas: group.quotas.map(toQuota) }))
  }
}

function toQuota({ renewsAt, ...quota }: Static<typeof StaticQuota>): Quota {
  return { ...quota, ...(renewsAt && { renewsAt: new Date(renewsAt) }) }
}
