// A snapshot as the store keeps it, and back; what comes back is checked like any other input.
import { Type, TypeCompiler } from '../schema.ts'
import type { FoundSnapshot, StoredSnapshot } from '../store/knowledge.ts'
import type { Snapshot } from './knowledge.ts'
import { QuotaReport } from './report.ts'

/** Of what is written; rows of another one are not read, but fetched anew. */
const VERSION = 2

const Version = TypeCompiler.Compile(Type.Object({ version: Type.Number() }))
const Stored = TypeCompiler.Compile(
  Type.Object({ version: Type.Literal(VERSION), wholeAt: Type.Optional(Type.Integer()), report: QuotaReport })
)

export function writeSnapshot({ report, fetchedAt, wholeAt, fingerprint }: Snapshot): StoredSnapshot {
  return { fingerprint, fetchedAt, report: JSON.stringify({ version: VERSION, wholeAt, report }) }
}

/** The snapshot of a row, or in words why the row cannot be used. */
export function readSnapshot({ fingerprint, fetchedAt, report: text }: FoundSnapshot): Snapshot | string {
  if (text === undefined) return 'no configured key opens it'
  let value: unknown
  try {
    value = JSON.parse(text, reviveDate)
  } catch {
    return 'it is not whole'
  }
  if (Stored.Check(value)) {
    const { report, wholeAt } = value
    return { report, fetchedAt, fingerprint, ...(wholeAt !== undefined && { wholeAt }) }
  }
  return Version.Check(value) && value.version === VERSION ? 'it is no report' : 'another version wrote it'
}

/** The report's moments, which are the only ones in it with these names. */
function reviveDate(key: string, value: unknown): unknown {
  return (key === 'renewsAt' || key === 'stateEndsAt') && typeof value === 'string' ? new Date(value) : value
}
