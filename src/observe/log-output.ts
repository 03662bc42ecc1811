// Where a service's log lines go: standard output, several of them at once, so that no call waits for the terminal or the disk.
import { type DestinationStream, destination } from 'pino'

/** What is put together before it is written, in bytes; it waits no longer than that, in milliseconds. */
const TOGETHER_BYTES = 4096
const WAITS_MS = 100
/** Where nobody reads, lines are dropped beyond this: a log must not take the memory that the service needs. */
const WAITING_BYTES_MAX = 16 * 1024 ** 2

/** What is written together stays together: https://man7.org/linux/man-pages/man7/pipe.7.html (PIPE_BUF) */
const ATOMIC_BYTES = 4096

/** What the log says of those. */
export const LINES_DROPPED = 'lines of the log were dropped: nobody took them in time'

export interface LogOutput {
  /** It is flushed after each fatal line too. */
  stream: DestinationStream & { flushSync(): void }
  /** Writes what waits, now. Also done when the process exits, and after each line that says why it ends. */
  flush(): void
}

/** `onDropped` hears how many lines were dropped, once there is room again; `file` is a descriptor, standard output when left out. */
export function openLogOutput(onDropped: (lines: number) => void, file = 1): LogOutput {
  return open(onDropped, { dest: file, minLength: TOGETHER_BYTES })
}

/** The same, for one of several processes with one standard output: whole lines, and no more than a pipe takes at once. */
export function openSharedLogOutput(onDropped: (lines: number) => void): LogOutput {
  return open(onDropped, { dest: 1, minLength: ATOMIC_BYTES - 1, maxWrite: ATOMIC_BYTES })
}

/** As it takes bytes, of which its own types do not tell: https://github.com/pinojs/sonic-boom#new-sonicboomopts */
interface BytesOutput extends Pick<ReturnType<typeof destination>, 'on' | 'flushSync'> {
  write(bytes: string | Buffer): boolean
}

function open(
  onDropped: (lines: number) => void,
  options: { dest: number; minLength: number; maxWrite?: number }
): LogOutput {
  const output: BytesOutput = destination({
    ...options,
    sync: false,
    periodicFlush: WAITS_MS,
    maxLength: WAITING_BYTES_MAX,
    // Of text it would measure all that waits anew with each line.
    contentMode: 'buffer'
  })
  let dropped = 0
  output.on('drop', () => void dropped++)
  output.on('drain', () => {
    const lines = dropped
    dropped = 0
    if (lines > 0) onDropped(lines)
  })
  const flush = () => output.flushSync()
  return { stream: { write: line => void output.write(Buffer.from(line)), flushSync: flush }, flush }
}
