// Where a service's log lines go: standard output, several of them at once, so that no call waits for the terminal or the disk.
import { type DestinationStream, destination } from 'pino'

/** What is put together before it is written, in bytes; it waits no longer than that, in milliseconds. */
const TOGETHER_BYTES = 4096
const WAITS_MS = 100
/** Where nobody reads, lines are dropped beyond this: a log must not take the memory that the service needs. */
const WAITING_BYTES_MAX = 16 * 1024 ** 2

export interface LogOutput {
  stream: DestinationStream
  /** Writes what waits, now. Also done when the process exits, and after each line that says why it ends. */
  flush(): void
}

/** `onDropped` hears how many lines were dropped, once there is room again; `file` is a descriptor, standard output when left out. */
export function openLogOutput(onDropped: (lines: number) => void, file = 1): LogOutput {
  const stream = destination({
    dest: file,
    sync: false,
    minLength: TOGETHER_BYTES,
    periodicFlush: WAITS_MS,
    maxLength: WAITING_BYTES_MAX
  })
  let dropped = 0
  stream.on('drop', () => void dropped++)
  stream.on('drain', () => {
    const lines = dropped
    dropped = 0
    if (lines > 0) onDropped(lines)
  })
  return { stream, flush: () => stream.flushSync() }
}
