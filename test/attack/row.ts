// What a row of the attack is, and what it finds on its stage.
import type { TestEngine } from '../helpers/engines.ts'

export interface Stage {
  engine: TestEngine['name']
  /** The URL of an empty database of this row's own. */
  newUrl(): Promise<string>
  /** An empty folder of this row's own. */
  folder: string
  /** Done when the row is over, the last first. */
  teardown(work: () => unknown): void
}

export interface Outcome {
  holds: boolean
  /** What was seen, in figures. */
  figures: string
}

export interface AttackRow {
  name: string
  /** What must hold. */
  wanted: string
  /** On both engines unless it says which. */
  engines?: readonly TestEngine['name'][]
  /** Bounded in count and in time, and on loopback alone. */
  run(stage: Stage): Promise<Outcome>
}

/** Works off so many tasks, so many at a time; each is given its number. */
export async function inParallel(tasks: number, atOnce: number, work: (task: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < tasks) await work(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
