// The first process of a service with several: starts its workers, replaces those that die, and speaks with all of them.
// node:cluster everywhere: it keeps the one socket that listens in the first process, so that no call waits at a worker that is
// gone; with SO_REUSEPORT another service of the same user could share the port unnoticed.
import cluster, { type Worker } from 'node:cluster'
import type { Logger } from 'pino'
import type { Files } from '../config/files.ts'
import type { Level } from '../logging.ts'
import { createPastMetrics, MetricsSnapshot } from '../observe/summed-metrics.ts'
import type { QuotaReport } from '../quota/report.ts'
import { Value } from '../schema.ts'
import type { Others } from '../store/changes.ts'
import type { ConnectionKey } from '../store/connection-key.ts'
import type { TemporaryStore } from '../store/temporary.ts'
import { type LearntEvent, type Question, ToFirst, type ToWorker } from './messages.ts'
import { createWaiting, type Outcome, type Waiting } from './waiting.ts'

/** A worker that lived so long has not died at once. */
const SETTLED_MS = 30_000
/** Before one that died at once has a successor: this time, then twice that, and so on. */
const PAUSE_MS = 100
const PAUSE_MAX_MS = 30_000
/** How long whoever changes something waits for a worker that stands still. */
const ANSWER_MS = 1000
/** One that has not taken a configuration by then is replaced: it would go on with an old one. */
const CONFIGURATION_MS = 2000

/** Why a worker could not start, as the log tells it. */
export class WorkerFailure extends Error {
  override readonly name = 'WorkerFailure'
  readonly fields: object

  constructor(message: string, fields: object = {}) {
    super(message)
    this.fields = fields
  }
}

export interface CrewOptions {
  size: number
  /** What a worker runs. */
  program: string
  /** The configuration's name, and what was read last of all that it is made from. */
  file: string
  files: () => Files
  level: Level
  /** Where nothing is to be kept. */
  temporary: TemporaryStore | undefined
  log: Pick<Logger, 'info' | 'warn' | 'error'>
}

/** What workers tell of their work. */
export interface CrewListener {
  event: (event: LearntEvent) => void
  report: (key: ConnectionKey, report: QuotaReport) => void
}

export interface Crew {
  /** For the store of the first process. */
  others: Others
  /** Gives the base of the deployment URI once every worker listens. @throws {WorkerFailure} when one cannot */
  start(listener: CrewListener): Promise<string>
  /** What the workers have to tell, also those that are gone. */
  metrics(): Promise<MetricsSnapshot[]>
  /** Brings what was read last to all of them; one that does not take it is replaced. */
  configure(): Promise<void>
  setLevel(level: Level): void
  /** How many answer calls now, and how many are to. */
  standing(): { listening: number; configured: number }
  /** Lets all of them answer what is under way, and end. */
  stop(): Promise<void>
}

interface Member {
  worker: Worker
  waiting: Waiting
  isListening: boolean
  /** It has told why it cannot start, and ends. */
  hasFailed: boolean
  metrics: MetricsSnapshot
}

export function createCrew({ size, program, log, temporary, ...options }: CrewOptions): Crew {
  const members = new Set<Member>()
  const past = createPastMetrics()
  const started = Promise.withResolvers<string>()
  const ended = Promise.withResolvers<void>()
  const pauses = new Set<NodeJS.Timeout>()
  const hearing: ((key: ConnectionKey) => void)[] = []
  let listener: CrewListener | undefined
  let { level } = options
  let inForce = options.files()
  let url: string | undefined
  let port: number | undefined
  let isStarted = false
  let isStopping = false

  const listening = () => [...members].filter(({ isListening }) => isListening).length

  function send({ worker }: Member, message: ToWorker): void {
    // One that ends meanwhile is seen to end.
    if (worker.isConnected()) worker.send(message, () => {})
  }

  const ask = (member: Member, question: Question, limitMs = ANSWER_MS): Promise<Outcome> =>
    member.waiting.ask(id => send(member, { kind: 'question', id, question }), limitMs)

  async function askAll(question: Question, but?: Member): Promise<void> {
    await Promise.all([...members].filter(member => member !== but).map(member => ask(member, question)))
  }

  /** `early` counts how many before it in the same place died at once. */
  function hire(early = 0): void {
    const worker = cluster.fork()
    const bornAt = performance.now()
    const member: Member = { worker, waiting: createWaiting(), isListening: false, hasFailed: false, metrics: [] }
    members.add(member)
    worker.on('message', (message: unknown) => {
      if (Value.Check(ToFirst, message)) receive(member, message)
    })
    worker.once('exit', (code, signal) => {
      members.delete(member)
      member.waiting.giveUp()
      past.add(member.metrics)
      if (isStopping) return members.size === 0 ? ended.resolve() : undefined
      const why = { worker: worker.process.pid, ...(signal ? { signal } : { code }) }
      if (!isStarted) return started.reject(new WorkerFailure('cannot start: a worker ended before it listened', why))
      const times = performance.now() - bornAt < SETTLED_MS ? early + 1 : 0
      const againMs = times === 0 ? 0 : Math.min(PAUSE_MS * 2 ** (times - 1), PAUSE_MAX_MS)
      log.error({ ...why, againMs }, 'a worker ended; another takes its place')
      const pause = setTimeout(() => {
        pauses.delete(pause)
        hire(times)
      }, againMs)
      pauses.add(pause)
    })
  }

  function receive(member: Member, message: ToFirst): void {
    switch (message.kind) {
      case 'hello':
        begin(member)
        break
      case 'listening':
        arrive(member, message.url)
        break
      case 'failed':
        member.hasFailed = true
        if (isStarted) log.error(message.fields, `a worker ${message.message}`)
        else started.reject(new WorkerFailure(message.message, message.fields))
        break
      case 'answer': {
        const { id, isDone, value } = message
        member.waiting.answer(id, isDone ? { isDone, value } : { isDone })
        break
      }
      case 'event':
        listener?.event(message.event)
        break
      case 'report':
        listener?.report(message.key, message.report)
        break
      case 'changed':
        for (const hear of hearing) hear(message.key)
        void askAll({ what: 'changed', key: message.key }, member).then(() =>
          send(member, { kind: 'heard', id: message.id })
        )
    }
  }

  function begin(member: Member): void {
    const shared = temporary && { url: temporary.url, encryptionKey: temporary.encryptionKeys[0].toString('base64') }
    // With the last worker its socket is gone, and port 0 would be another one then.
    if (url !== undefined && listening() === 0) port = Number(new URL(url).port)
    const at = port === undefined ? {} : { port }
    const given = { file: options.file, files: inForce, level, ...at, ...(shared && { temporary: shared }) }
    send(member, { kind: 'begin', with: given })
  }

  function arrive(member: Member, at: string): void {
    member.isListening = true
    if (url !== undefined && at !== url) log.info({ listener: 'public', url: at }, 'listening')
    url = at
    if (listening() < size) return
    isStarted = true
    started.resolve(at)
  }

  async function measure(member: Member): Promise<MetricsSnapshot> {
    const outcome = await ask(member, { what: 'metrics' })
    // Of one that stands still, what it told last: no sum may fall.
    if (outcome.isDone && Value.Check(MetricsSnapshot, outcome.value)) member.metrics = outcome.value
    return member.metrics
  }

  return {
    others: {
      tell: key => askAll({ what: 'changed', key }),
      hear: hear => void hearing.push(hear)
    },
    start(told) {
      listener = told
      cluster.setupPrimary({ exec: program, args: [], serialization: 'advanced' })
      for (let number = 0; number < size; number++) hire()
      return started.promise
    },
    metrics() {
      // At one moment: whoever ends meanwhile is among the one or the other.
      return Promise.all([past.snapshot(), ...[...members].map(measure)])
    },
    async configure() {
      inForce = options.files()
      const question: Question = { what: 'configuration', files: inForce }
      const taken = [...members].map(async member => {
        const { isDone } = await ask(member, question, CONFIGURATION_MS)
        if (isDone || !members.has(member)) return
        log.warn({ worker: member.worker.process.pid }, 'a worker did not take the configuration; it is replaced')
        member.worker.process.kill('SIGKILL')
      })
      await Promise.all(taken)
    },
    setLevel(wanted) {
      level = wanted
      void askAll({ what: 'level', level })
    },
    standing: () => ({ listening: listening(), configured: size }),
    async stop() {
      isStopping = true
      for (const pause of pauses) clearTimeout(pause)
      // A start that failed is told already.
      started.promise.catch(() => {})
      for (const member of members) {
        if (member.isListening) send(member, { kind: 'stop' })
        // It has nothing yet that could be lost.
        else if (!member.hasFailed) member.worker.process.kill('SIGKILL')
      }
      if (members.size > 0) await ended.promise
    }
  }
}
