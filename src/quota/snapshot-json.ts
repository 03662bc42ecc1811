// A report as the store keeps it, and back; what comes back is checked like any other input.
import { type Static, Type, TypeCompiler } from '../schema.ts'
import type { QuotaReport } from './report.ts'

const Moment = Type.Optional(Type.String({ format: 'date-time' }))
const Name = Type.Optional(Type.Union([Type.String(), Type.Record(Type.String(), Type.String())]))
const Amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

const StoredReport = Type.Object({
  vocabulary: Type.String(),
  account: Type.String(),
  state: Type.Optional(
    Type.Union([Type.Literal('active'), Type.Literal('trial'), Type.Literal('grace'), Type.Literal('expired')])
  ),
  stateEndsAt: Moment,
  groups: Type.Array(
    Type.Object({
      plans: Type.Array(
        Type.Object({
          id: Type.String(),
          name: Name,
          kind: Type.Optional(Type.String()),
          quantity: Type.Optional(Type.Number())
        })
      ),
      quotas: Type.Array(
        Type.Object({
          feature: Type.String(),
          name: Name,
          unit: Type.Union([Type.Literal('count'), Type.Literal('bytes')]),
          used: Amount,
          limit: Type.Union([Amount, Type.Literal('unlimited')]),
          limitSetByOwner: Type.Optional(Type.Literal(true)),
          renewsAt: Moment,
          manageUrl: Type.Optional(Type.String()),
          warnAtRemaining: Type.Optional(Type.Number())
        })
      ),
      upgradeUrl: Type.Optional(Type.String())
    })
  )
})
const check = TypeCompiler.Compile(StoredReport)

export function writeReport(report: QuotaReport): string {
  return JSON.stringify(report)
}

/** Undefined when it is not a report as this version writes it; it is then fetched anew. */
export function readReport(text: string): QuotaReport | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return check.Check(value) ? revive(value) : undefined
}

function revive({ stateEndsAt, groups, ...report }: Static<typeof StoredReport>): QuotaReport {
  return {
    ...report,
    ...(stateEndsAt && { stateEndsAt: new Date(stateEndsAt) }),
    groups: groups.map(group => ({
      ...group,
      quotas: group.quotas.map(({ renewsAt, ...quota }) => ({
        ...quota,
        ...(renewsAt && { renewsAt: new Date(renewsAt) })
      }))
    }))
  }
}
