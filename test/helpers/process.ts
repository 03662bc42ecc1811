// A program of ours as its own process, with what it printed.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'

export interface Running {
  child: ChildProcess
  stdout(): string
  stderr(): string
  /** Waits for a text on either stream. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** The exit code, or the signal's name. */
  ended: Promise<number | string>
}

export function run(
  t: Pick<Test, 'teardown'>,
  script: string,
  args: string[] = [],
  environment: NodeJS.ProcessEnv = {}
): Running {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', chunk => {
    text.stdout += chunk
  })
  child.stderr.on('data', chunk => {
    text.stderr += chunk
  })
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal)
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended,
    async until(pattern) {
      let over = false
      ended.then(() => {
        over = true
      })
      for (;;) {
        const last = over
        const match = pattern.exec(text.stdout) ?? pattern.exec(text.stderr)
        if (match) return match
        if (last) throw new Error(`ended without ${pattern}: ${text.stdout}${text.stderr}`)
        await sleep(10)
      }
    }
  }
}
