// What the processes of one service say to each other. Both ends are this very program: what an event or a report holds was
// checked where it came in.
import type { Files } from '../config/files.ts'
import { LEVELS } from '../logging.ts'
import type { ServiceEvent } from '../observe/events.ts'
import type { QuotaReport } from '../quota/report.ts'
import { type Static, Type } from '../schema.ts'

/** What is learnt from quota calls, and told or kept once for the whole service. */
const LEARNT = ['fetch-done', 'fetch-failed', 'call-failed', 'connection-health'] as const
export type LearntEvent = Extract<ServiceEvent, { kind: (typeof LEARNT)[number] }>

export const isLearnt = (event: ServiceEvent): event is LearntEvent => LEARNT.some(kind => kind === event.kind)

const Key = Type.Object({ provider: Type.String(), instanceId: Type.String() })
const ReadFiles = Type.Unsafe<Files>(Type.Array(Type.Array(Type.String())))
const Id = Type.Integer()
const Level = Type.Union(LEVELS.map(level => Type.Literal(level)))

/** What a worker is begun with. */
export const Beginning = Type.Object({
  /** The configuration's name, and the texts it was read from. */
  file: Type.String(),
  files: ReadFiles,
  level: Level,
  /** Where the service listens already, when all workers were gone and the configuration names no port. */
  port: Type.Optional(Type.Integer()),
  /** Where nothing is to be kept: what all processes share all the same. */
  temporary: Type.Optional(Type.Object({ url: Type.String(), encryptionKey: Type.String() }))
})
export type Beginning = Static<typeof Beginning>

/** What a worker is asked to do, each time answered when it is done. */
export const Question = Type.Union([
  Type.Object({ what: Type.Literal('metrics') }),
  Type.Object({ what: Type.Literal('configuration'), files: ReadFiles }),
  Type.Object({ what: Type.Literal('level'), level: Level }),
  Type.Object({ what: Type.Literal('changed'), key: Key })
])
export type Question = Static<typeof Question>

/** From the first process to a worker. */
export const ToWorker = Type.Union([
  Type.Object({ kind: Type.Literal('begin'), with: Beginning }),
  Type.Object({ kind: Type.Literal('stop') }),
  Type.Object({ kind: Type.Literal('question'), id: Id, question: Question }),
  /** All others know of the change that was told. */
  Type.Object({ kind: Type.Literal('heard'), id: Id })
])
export type ToWorker = Static<typeof ToWorker>

/** From a worker to the first process. */
export const ToFirst = Type.Union([
  Type.Object({ kind: Type.Literal('hello') }),
  Type.Object({ kind: Type.Literal('listening'), url: Type.String() }),
  /** It cannot start; what its last line in the log would be. */
  Type.Object({ kind: Type.Literal('failed'), fields: Type.Object({}), message: Type.String() }),
  Type.Object({ kind: Type.Literal('answer'), id: Id, isDone: Type.Boolean(), value: Type.Unknown() }),
  Type.Object({ kind: Type.Literal('event'), event: Type.Unsafe<LearntEvent>(Type.Object({ kind: Type.String() })) }),
  Type.Object({ kind: Type.Literal('report'), key: Key, report: Type.Unsafe<QuotaReport>(Type.Object({})) }),
  Type.Object({ kind: Type.Literal('changed'), id: Id, key: Key })
])
export type ToFirst = Static<typeof ToFirst>
