// A command line run within this process, and what it printed.
import type { Test } from 'tap'
import { commands } from '../../src/commands/index.ts'
import { runCommand } from '../../src/commands/run.ts'

/** Runs the program with these words. */
export async function typed(t: Test, words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const out = t.capture(process.stdout, 'write', () => true)
  const err = t.capture(process.stderr, 'write', () => true)
  try {
    const code = await runCommand(words, commands, { environment })
    const text = (calls: { args: unknown[] }[]) => calls.map(({ args }) => String(args[0])).join('')
    return { code, out: text(out()), err: text(err()) }
  } finally {
    out.restore()
    err.restore()
  }
}
