// Two copies of the tree in a temporary folder: in one a mutation at a time is made, the other tells how tests usually end.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import type { Mutant } from './mutations.ts'

/** Neither copied nor mutated. */
const LEFT_OUT = new Set(['node_modules', '.git', '.tap', 'dist'])
/** A test that takes so many times as long as usual, and some seconds, waits for what never comes. */
const TIMES_AS_LONG = 4
const SECONDS_MORE = 10
/** For a test without a mutation. */
const LIMIT_MS = 300_000

export type Outcome = 'passed' | 'failed' | 'timed out'

export interface Tree {
  /** Makes a mutation; gives what takes it back. */
  mutate(mutant: Mutant): () => void
  /**
   * Runs a test file beside the mutation.
   * @throws {Error} when it does not pass without one either
   */
  run(test: string): Promise<Outcome>
  /** The test files in folders, and those named themselves. */
  testsIn(places: readonly string[]): string[]
  remove(): void
}

export function copyTree(root: string): Tree {
  const home = mkdtempSync(join(tmpdir(), 'quota-bridge-mutate-'))
  const clean = join(home, 'clean')
  const mutated = join(home, 'mutated')
  const temporary = join(home, 'tmp')
  for (const copy of [clean, mutated]) {
    cpSync(root, copy, { recursive: true, filter: path => !LEFT_OUT.has(basename(path)) })
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  }
  mkdirSync(temporary)
  // PostgreSQL, whose files tests put there, may run as another user.
  chmodSync(home, 0o711)
  chmodSync(temporary, 0o1777)
  const usual = new Map<string, number>()
  let running: ChildProcess | undefined

  /** The whole group: a test may have started programs of its own. */
  const kill = () => running?.pid !== undefined && process.kill(-running.pid, 'SIGKILL')

  // A test is an ordinary program; what tap adds when it runs many is not needed.
  async function runIn(copy: string, test: string, limitMs: number): Promise<Outcome> {
    const child = spawn(process.execPath, [test], {
      cwd: copy,
      // Programs that tests start are to run on this Node too.
      env: { ...process.env, TMPDIR: temporary, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` },
      stdio: 'ignore',
      detached: true
    })
    running = child
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      kill()
    }, limitMs)
    const [code] = await once(child, 'close')
    clearTimeout(timer)
    running = undefined
    return isLate ? 'timed out' : code === 0 ? 'passed' : 'failed'
  }

  /** How long a test takes without a mutation, in milliseconds. */
  async function usualMs(test: string): Promise<number> {
    // Once more on failure: the machine may have been busy.
    for (let times = 0; times < 2 && !usual.has(test); times++) {
      const started = performance.now()
      if ((await runIn(clean, test, LIMIT_MS)) === 'passed') usual.set(test, performance.now() - started)
    }
    const known = usual.get(test)
    if (known === undefined) throw new Error(`${test} does not pass without a mutation either`)
    return known
  }

  const remove = () => rmSync(home, { recursive: true, force: true })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      kill()
      remove()
      process.exit(1)
    })
  }
  return {
    mutate({ file, find, put }) {
      const path = join(mutated, file)
      const before = readFileSync(path, 'utf8')
      writeFileSync(path, before.split(find).join(put))
      return () => writeFileSync(path, before)
    },
    run: async test => runIn(mutated, test, TIMES_AS_LONG * (await usualMs(test)) + SECONDS_MORE * 1000),
    testsIn: places =>
      places.flatMap(place =>
        place.endsWith('.ts') ? [place] : globSync(`${place}/**/*.test.ts`, { cwd: clean }).sort()
      ),
    remove
  }
}
