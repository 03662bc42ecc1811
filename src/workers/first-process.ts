// The first process of a service, as one of its workers sees it: what the worker hears from there, and tells there.
import type { Files } from '../config/files.ts'
import type { Level } from '../logging.ts'
import type { ServiceEvent } from '../observe/events.ts'
import type { MetricsSnapshot } from '../observe/summed-metrics.ts'
import type { QuotaReport } from '../quota/report.ts'
import { Value } from '../schema.ts'
import type { Others } from '../store/changes.ts'
import type { ConnectionKey } from '../store/connection-key.ts'
import type { TemporaryStore } from '../store/temporary.ts'
import { type Beginning, isLearnt, type Question, type ToFirst, ToWorker } from './messages.ts'
import { createWaiting } from './waiting.ts'

/** How long whoever changes something waits until all others know of it. */
const HEARD_MS = 2000

/** What makes a service's process one of its workers. */
export interface WorkerOptions {
  first: FirstProcess
  /** Where nothing is to be kept. */
  temporary: TemporaryStore | undefined
}

/** What this process does where the first one asks for it. */
export interface WorkerDuties {
  metrics(): Promise<MetricsSnapshot>
  /** Puts what was read in the place of what is in force. @throws when that cannot be */
  configure(): void
  setLevel(level: Level): void
}

export interface FirstProcess {
  /** Resolves with what this process is to begin with. */
  beginning: Promise<Beginning>
  /** What the configuration in force was read from. */
  files(): Files
  /** Resolves when it is to stop. */
  stop: Promise<void>
  /** For the store of this process. */
  others: Others
  /** Says whether the first process takes an event, and tells and keeps it for the whole service. */
  take(event: ServiceEvent): boolean
  report(key: ConnectionKey, report: QuotaReport): void
  /** Does what is asked, from now on, and what was asked before. */
  serve(duties: WorkerDuties): void
  listening(url: string): void
  /** Tells why it cannot start; resolves when that was told. */
  failed(fields: object, message: string): Promise<void>
}

/** Speaks with the process that started this one. */
export function joinFirstProcess(
  channel: Pick<NodeJS.Process, 'on'> & { send?: NodeJS.Process['send'] | undefined }
): FirstProcess {
  const beginning = Promise.withResolvers<Beginning>()
  const stop = Promise.withResolvers<void>()
  const duties = Promise.withResolvers<WorkerDuties>()
  const waiting = createWaiting()
  let files: Files = []
  const hearing: ((key: ConnectionKey) => void)[] = []

  const send = (message: ToFirst, sent: () => void = () => {}) =>
    void channel.send?.(message, undefined, undefined, () => sent())

  async function perform(question: Question): Promise<unknown> {
    // Also while it starts: what it has not read yet, it cannot remember.
    if (question.what === 'changed') return hearing.forEach(hear => void hear(question.key))
    const { metrics, configure, setLevel } = await duties.promise
    if (question.what === 'metrics') return metrics()
    if (question.what === 'level') return setLevel(question.level)
    files = question.files
    configure()
  }

  channel.on('message', (message: unknown) => {
    if (!Value.Check(ToWorker, message)) return
    if (message.kind === 'begin') {
      files = message.with.files
      beginning.resolve(message.with)
    } else if (message.kind === 'stop') stop.resolve()
    else if (message.kind === 'heard') waiting.answer(message.id, { isDone: true, value: undefined })
    else {
      const { id, question } = message
      perform(question).then(
        value => send({ kind: 'answer', id, isDone: true, value }),
        () => send({ kind: 'answer', id, isDone: false, value: undefined })
      )
    }
  })
  send({ kind: 'hello' })

  return {
    beginning: beginning.promise,
    files: () => files,
    stop: stop.promise,
    others: {
      tell: async key => void (await waiting.ask(id => send({ kind: 'changed', id, key }), HEARD_MS)),
      hear: hear => void hearing.push(hear)
    },
    take(event) {
      if (!isLearnt(event)) return false
      send({ kind: 'event', event })
      return true
    },
    report: (key, report) => send({ kind: 'report', key, report }),
    serve: duties.resolve,
    listening: url => send({ kind: 'listening', url }),
    failed: (fields, message) => new Promise(resolve => send({ kind: 'failed', fields, message }, resolve))
  }
}
