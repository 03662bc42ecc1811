// `npm run mutate`: makes each mutation of the list in a copy of the tree, and sees whether a test fails.
// MUTATIONS=text takes those alone whose file or name has that text.

import { type Mutant, readMutants, roomOf } from './mutations.ts'
import { copyTree, type Tree } from './tree.ts'

/** Of all mutations at least this part must be noticed. */
const KILLED_PERCENT_MIN = 90

interface Result {
  mutant: Mutant
  /** The test file that failed, or undefined when none did. */
  killer: string | undefined
  seconds: number
}

const say = (line: string) => process.stdout.write(`${line}\n`)
const wanted = process.env.MUTATIONS ?? ''

/** The first test file that fails, twice, or does not end; undefined when all pass. */
async function killerOf(tree: Tree, { nearest, wider, survives }: Mutant): Promise<string | undefined> {
  // For one that is known to survive the nearest must do: all others take minutes.
  const others = survives ? [] : tree.testsIn(wider).filter(test => !nearest.includes(test))
  for (const test of [...nearest, ...others]) {
    const outcome = await tree.run(test)
    // A single failure may be that of a busy machine.
    if (outcome === 'timed out' || (outcome === 'failed' && (await tree.run(test)) !== 'passed')) return test
  }
  return undefined
}

async function tryAll(tree: Tree, chosen: readonly Mutant[]): Promise<Result[]> {
  const results: Result[] = []
  for (const [index, mutant] of chosen.entries()) {
    const place = `[${index + 1}/${chosen.length}]`
    if (process.stdout.isTTY) process.stdout.write(`${place} ${mutant.file}: ${mutant.name} …`)
    const started = performance.now()
    const takeBack = tree.mutate(mutant)
    const killer = await killerOf(tree, mutant).finally(takeBack)
    const seconds = (performance.now() - started) / 1000
    if (process.stdout.isTTY) process.stdout.write('\r\u001b[2K')
    const outcome = killer ? `killed by ${killer}` : 'SURVIVED'
    say(`${place} ${mutant.file}: ${mutant.name}: ${outcome} (${seconds.toFixed(1)} s)`)
    results.push({ mutant, killer, seconds })
  }
  return results
}

/** How many of how many were killed, for each part of the source and for all. */
function tell(results: readonly Result[]): void {
  const rooms = Map.groupBy(results, ({ mutant }) => roomOf(mutant.file))
  say('')
  for (const [room, own] of [...rooms, ['all', results] as const]) {
    const killed = own.filter(({ killer }) => killer).length
    const percent = Math.floor((killed / own.length) * 1000) / 10
    say(`${room.padEnd(18)} ${String(killed).padStart(4)} of ${String(own.length).padStart(3)} killed ${percent} %`)
  }
}

/** What makes the run fail. */
function faults(results: readonly Result[]): string[] {
  const survivors = results.filter(({ killer }) => !killer)
  const killed = results.length - survivors.length
  return [
    ...survivors
      .filter(({ mutant }) => !mutant.survives)
      .map(
        ({ mutant }) =>
          `${mutant.name} survived: ${mutant.harm}. Write the test that kills it, or say why there is none`
      ),
    ...results
      .filter(({ killer, mutant }) => killer && mutant.survives)
      .map(
        ({ mutant, killer }) => `${mutant.name} is killed by ${killer}: take its reason for surviving out of the list`
      ),
    // Of a few chosen ones no part says anything.
    ...(wanted === '' && killed * 100 < results.length * KILLED_PERCENT_MIN
      ? [`fewer than ${KILLED_PERCENT_MIN} % of the mutations are killed`]
      : [])
  ]
}

async function main(): Promise<number> {
  const root = process.cwd()
  const { mutants, mistakes } = readMutants(root)
  if (mistakes.length > 0) {
    say(`The list does not fit the source:\n${mistakes.join('\n')}`)
    return 1
  }
  const chosen = mutants.filter(({ file, name }) => `${file} ${name}`.includes(wanted))
  if (chosen.length === 0) {
    say(`No mutation has ${wanted} in its file or name`)
    return 1
  }
  const tree = copyTree(root)
  try {
    const results = await tryAll(tree, chosen)
    tell(results)
    for (const { killer, mutant } of results)
      if (!killer && mutant.survives) say(`\n${mutant.name} (${mutant.file}) survives: ${mutant.survives}`)
    const wrong = faults(results)
    if (wrong.length > 0) say(`\n${wrong.join('\n')}`)
    return wrong.length > 0 ? 1 : 0
  } finally {
    tree.remove()
  }
}

process.exitCode = await main()
