// What an export holds: a head, then one record a line, then an end that says how many there were.
import { type Static, type TSchema, Type, TypeCompiler } from '../../schema.ts'
import { MoveRefusal } from './refusal.ts'

/** Of the format. A file of another one is refused; what an older program would misread raises it. */
export const FORMAT_VERSION = 1
const FORMAT = 'quota-bridge-export'

/** Any text that both engines hold: PostgreSQL holds no NUL. */
const Text = Type.String({ pattern: '^[^\\u0000]*$' })
/** Milliseconds since 1970. */
const Time = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Count = Type.Integer({ minimum: 0 })

const Counts = Type.Object({
  connections: Count,
  marks: Count,
  audit: Count,
  removals: Count,
  signingKeys: Count
})
/** How many there are of each kind. */
export type Counts = Static<typeof Counts>

/** What every version of the format begins with. */
const AnyHead = Type.Object({ format: Type.Literal(FORMAT), version: Type.Integer() })
const Head = Type.Object({
  format: Type.Literal(FORMAT),
  version: Type.Literal(FORMAT_VERSION),
  madeAt: Time,
  /** The version of the program. */
  madeBy: Text,
  /** As they were counted before the first record was read, for those who wait. The end has those that count. */
  expected: Counts
})
export type Head = Static<typeof Head>

const MarkFields = { until: Type.Integer(), signature: Text, refreshedAt: Type.Integer() }
const ConnectionRecord = Type.Object({
  kind: Type.Literal('connection'),
  provider: Text,
  instanceId: Text,
  /** In the clear: the whole file is encrypted. */
  connection: Type.Unknown(),
  health: Text,
  finding: Text,
  checkedAt: Time,
  createdAt: Time,
  updatedAt: Time,
  /** A mark goes where its connection goes. */
  mark: Type.Optional(Type.Object(MarkFields))
})
/** Of a connection that all sites share: it stands in the configuration, its mark in the store. */
const MarkRecord = Type.Object({ kind: Type.Literal('mark'), provider: Text, ...MarkFields })
const RemovalRecord = Type.Object({ kind: Type.Literal('removal'), site: Text, removedAt: Time })
const SigningKeyRecord = Type.Object({
  kind: Type.Literal('signingKey'),
  name: Text,
  key: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' })
})
const AuditRecord = Type.Object({
  kind: Type.Literal('audit'),
  at: Time,
  actor: Text,
  action: Text,
  provider: Text,
  instanceId: Text
})
const EndRecord = Type.Object({ kind: Type.Literal('end'), counts: Counts })

/** What is between head and end. */
const Item = Type.Union([ConnectionRecord, MarkRecord, RemovalRecord, SigningKeyRecord, AuditRecord])
export type MoveRecord = Static<typeof Item>
export type RecordOf<Kind extends MoveRecord['kind']> = Extract<MoveRecord, { kind: Kind }>

const isHead = checker(Head)
const isAnyHead = checker(AnyHead)
const isRecord = checker(Item)
const isEnd = checker(EndRecord)

/** Compiled when it is first used: most runs of the program look into no export. */
function checker<Schema extends TSchema>(schema: Schema): (value: unknown) => value is Static<Schema> {
  let compiled: ReturnType<typeof TypeCompiler.Compile<Schema>> | undefined
  return (value): value is Static<Schema> => {
    compiled ??= TypeCompiler.Compile(schema)
    return compiled.Check(value)
  }
}

export function noCounts(): Counts {
  return { connections: 0, marks: 0, audit: 0, removals: 0, signingKeys: 0 }
}

/** Counts a record, and the mark that may be in it. */
export function countRecord(counts: Counts, record: MoveRecord): void {
  if (record.kind === 'connection') {
    counts.connections++
    if (record.mark) counts.marks++
  } else if (record.kind === 'mark') counts.marks++
  else if (record.kind === 'audit') counts.audit++
  else if (record.kind === 'removal') counts.removals++
  else counts.signingKeys++
}

export interface Written {
  head: Omit<Head, 'format' | 'version'>
  records: AsyncIterable<readonly MoveRecord[]>
}

/** The text of an export, some lines at a time. */
export async function* writeLines({ head, records }: Written): AsyncGenerator<string> {
  yield toLine({ format: FORMAT, version: FORMAT_VERSION, ...head })
  const counts = noCounts()
  for await (const page of records) {
    for (const record of page) countRecord(counts, record)
    yield page.map(toLine).join('')
  }
  yield toLine({ kind: 'end', counts })
}

function toLine(value: object): string {
  return `${JSON.stringify(value)}\n`
}

export interface Read {
  head: Head
  /** To be read to the end before anything of it is relied on. */
  records: AsyncGenerator<MoveRecord>
}

/**
 * Reads what `writeLines` wrote; the head at once, the records as they are asked for.
 * @throws {MoveRefusal} here and with each record
 */
export async function readLines(lines: AsyncIterator<string>): Promise<Read> {
  const { value, done } = await lines.next()
  const head = done ? undefined : parse(value)
  if (!isAnyHead(head)) throw new MoveRefusal('EXPORT_FOREIGN')
  if (head.version !== FORMAT_VERSION) throw new MoveRefusal('EXPORT_VERSION', { version: head.version })
  if (!isHead(head)) throw new MoveRefusal('EXPORT_DAMAGED')
  return { head, records: readRecords(lines) }
}

async function* readRecords(lines: AsyncIterator<string>): AsyncGenerator<MoveRecord> {
  const counts = noCounts()
  for (;;) {
    const { value, done } = await lines.next()
    const record = done ? undefined : parse(value)
    if (isEnd(record)) {
      const isWhole = JSON.stringify(record.counts) === JSON.stringify(counts)
      if (!isWhole || !(await lines.next()).done) throw new MoveRefusal('EXPORT_DAMAGED')
      return
    }
    if (!isRecord(record)) throw new MoveRefusal('EXPORT_DAMAGED')
    countRecord(counts, record)
    yield record
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new MoveRefusal('EXPORT_DAMAGED')
  }
}
