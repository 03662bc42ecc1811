// A command, and what it came to.
import { spawnSync } from 'node:child_process'

const MINUTES_MAX = 10

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

export function execute(command: string, args: readonly string[]): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: MINUTES_MAX * 60_000
  })
  return { code: status, stdout: stdout ?? '', stderr: stderr || String(error ?? '') }
}
