// Where a test's log goes: into memory, line by line.
import { Writable } from 'node:stream'
import { pino } from 'pino'

/** For what a test does not look at. */
export const SILENT = pino({ level: 'silent' })

export function logSink(): { sink: Writable; lines: string[] } {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    }
  })
  return { sink, lines }
}
