// A snapshot as the store keeps it, and back; what comes back is checked like any other input.
import { type Static, Type, TypeCompiler } from '../schema.ts'
import type { StoredSnapshot } from '../store/knowledge.ts'
import type { Snapshot } from './knowledge.ts'
import type { QuotaReport } from './report.ts'

/** Of what is written; rows of another one are not read, but fetched anew. */
const VERSION = 2

const Moment = Type.Optional(Type.String({ format: 'date-time' }))
const Name = Type.Optional(Type.Union([Type.String(), Type.Record(Type.String(), Type.String())]))
const Amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

const StoredReport = Type.Object({
  vocabulary: Type.String(),
  account: Type.String(),
  partial: Type.Optional(Type.Literal(true)),
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
const Version = TypeCompiler.Compile(Type.Object({ version: Type.Number() }))
const Stored = TypeCompiler.Compile(
  Type.Object({ version: Type.Literal(VERSION), wholeAt: Type.Optional(Type.Integer()), report: StoredReport })
)

export function writeSnapshot({ report, fetchedAt, wholeAt, fingerprint }: Snapshot): StoredSnapshot {
  return { fingerprint, fetchedAt, report: JSON.stringify({ version: VERSION, wholeAt, report }) }
}

/** The snapshot of a row, or in words why the row cannot be used. */
export function readSnapshot({ fingerprint, fetchedAt, report: text }: StoredSnapshot): Snapshot | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'it is not whole'
  }
  if (Stored.Check(value)) {
    const { report, wholeAt } = value
    return { report: revive(report), fetchedAt, fingerprint, ...(wholeAt !== undefined && { wholeAt }) }
  }
  return Version.Check(value) && value.version === VERSION ? 'it is no report' : 'another version wrote it'
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
