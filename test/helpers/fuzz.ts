// Runs a property on generated input: how often, from which seed, and what a failure must say to be repeated.
import fc from 'fast-check'
import type { Test } from 'tap'
import { keepTally, type Tally } from '../contract/tally.ts'

const RUNS = fromEnvironment('FUZZ_RUNS') ?? 2000
const SEED = fromEnvironment('FUZZ_SEED')
/** Beside a seed: straight to the smallest counterexample that an earlier run found. */
const PATH = process.env.FUZZ_PATH

/**
 * Checks a property and keeps the tally of it under a name of its own.
 * A failure tells the seed and the path: `FUZZ_SEED=… FUZZ_PATH=…` repeats it.
 */
export async function fuzz<Input>(t: Test, name: string, what: string, property: fc.IAsyncProperty<Input>) {
  const details = await fc.check(property, {
    numRuns: RUNS,
    includeErrorInReport: true,
    ...(SEED !== undefined && { seed: SEED }),
    ...(PATH && { path: PATH })
  })
  const tally: Tally = { what, kind: 'generated', requests: details.numRuns, violations: details.failed ? 1 : 0 }
  keepTally(name, [tally])
  t.comment(`${details.numRuns} runs, FUZZ_SEED=${details.seed}`)
  if (!details.failed) return t.pass(what)
  const repeat = `FUZZ_SEED=${details.seed} FUZZ_PATH=${details.counterexamplePath}`
  return t.fail(`${what}: repeat with ${repeat}`, { repeat, report: await fc.asyncDefaultReportMessage(details) })
}

function fromEnvironment(name: string): number | undefined {
  const text = process.env[name]
  if (text === undefined || text === '') return undefined
  const number = Number(text)
  if (!Number.isSafeInteger(number)) throw new Error(`${name} must be a whole number, not ${text}`)
  return number
}
