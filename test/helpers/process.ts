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

const { TESTED_BUNDLE, NODE_OPTIONS = '' } = process.env
/** The program's sources, of which coverage is told: for what no test within a process reaches. */
export const SOURCES = 'src/main.ts'

/**
 * The program as the image has it, where `npm test` bundled it before (test/run.ts): it starts in a quarter of the time, but tells no
 * coverage. Else, as in a run of one file, the sources.
 */
export const PROGRAM = TESTED_BUNDLE ?? SOURCES

/** How the image starts the program: Node's options, which `npm start` has too, and what is in its environment. */
export const AS_IN_IMAGE = {
  options: ['--expose-gc', '--max-semi-space-size=8'],
  environment: { MALLOC_ARENA_MAX: '1' }
}

/** Whether a program tells its coverage. */
const isCounted = (script: string) => script.endsWith('.ts')

/** The environment in which a program loads a module of the test's own first. */
export const preloading = (module: string, script: string) => ({
  NODE_OPTIONS: `${isCounted(script) ? NODE_OPTIONS : ''} --import=${module}`
})

/**
 * A command line that runs a program of ours. tap puts modules of its own before whatever is started from a test, for the coverage:
 * where there is none to tell they are taken away again, since loading them takes longer than the bundle itself.
 */
export function commandLine(script: string, options = ''): [string, ...string[]] {
  return isCounted(script) ? [process.execPath, script] : ['env', `NODE_OPTIONS=${options}`, process.execPath, script]
}

export function run(
  t: Pick<Test, 'teardown'>,
  script: string,
  args: string[] = [],
  environment: NodeJS.ProcessEnv = {}
): Running {
  const [command, ...words] = commandLine(script, environment.NODE_OPTIONS)
  const child = spawn(command, [...words, ...args], {
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
