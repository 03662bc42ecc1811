// DocSpace's answers, as far as we need them: strict there, tolerant of everything else. It leaves nulls out.
// https://api.onlyoffice.com/docspace/api-backend/usage-api/get-quota-payment-information/
import { type Static, Type, TypeCompiler } from '../../schema.ts'

const OptionalText = Type.Optional(Type.Union([Type.String(), Type.Null()]))
const OptionalDate = Type.Optional(Type.Union([Type.String(), Type.Null()]))

const Feature = Type.Object({
  id: Type.String({ minLength: 1 }),
  type: Type.String(),
  value: Type.Union([Type.Number(), Type.Boolean()]),
  used: Type.Optional(Type.Object({ value: Type.Optional(Type.Number()) })),
  title: OptionalText,
  priceTitle: OptionalText
})
export type Feature = Static<typeof Feature>

/** `GET /api/2.0/portal/payment/quota` */
export const QuotaAnswer = Type.Object({
  response: Type.Object({
    id: Type.Integer(),
    title: OptionalText,
    trial: Type.Optional(Type.Boolean()),
    features: Type.Array(Feature),
    tenantCustomQuota: Type.Optional(Type.Object({ enableQuota: Type.Boolean(), quota: Type.Optional(Type.Number()) }))
  })
})
export type DocSpaceQuota = Static<typeof QuotaAnswer>['response']

const TariffRow = Type.Object({
  id: Type.Integer(),
  quantity: Type.Optional(Type.Integer()),
  wallet: Type.Optional(Type.Boolean()),
  additional: Type.Optional(Type.Boolean()),
  state: Type.Optional(Type.Integer()),
  dueDate: OptionalDate
})
export type TariffRow = Static<typeof TariffRow>

/** `GET /api/2.0/portal/tariff` */
export const TariffAnswer = Type.Object({
  response: Type.Object({
    state: Type.Optional(Type.Integer()),
    dueDate: OptionalDate,
    delayDueDate: OptionalDate,
    openSource: Type.Optional(Type.Boolean()),
    enterprise: Type.Optional(Type.Boolean()),
    developer: Type.Optional(Type.Boolean()),
    quotas: Type.Optional(Type.Array(TariffRow))
  })
})
export type DocSpaceTariff = Static<typeof TariffAnswer>['response']

/** `GET /api/2.0/keys/@self`: that it is answered at all says that the key is good. */
export const KeyAnswer = Type.Object({ response: Type.Object({ expiresAt: OptionalDate }) })

/** Compiled once, since every fetch runs them. */
export const answerChecks = {
  quota: TypeCompiler.Compile(QuotaAnswer),
  tariff: TypeCompiler.Compile(TariffAnswer),
  /** For what is looked at afterwards. */
  any: TypeCompiler.Compile(Type.Unknown()),
  /** A good key stays good, whatever is told of it. */
  key: TypeCompiler.Compile(Type.Object({ response: Type.Object({}) }))
}
