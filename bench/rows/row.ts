// What the benchmark measures: each file of this folder gives some figures.
import type { Stage } from '../calls/stage.ts'

export interface Figure {
  what: string
  value: number
  unit: string
  /** Of the rounds, where there were several: the least and the most. */
  spread?: readonly [number, number]
  /** What is to be reached, as a bound of the value. */
  target?: { atMost: number } | { atLeast: number }
}

export interface Row {
  name: string
  /** With `quick` in a few seconds, for a look; figures that are told come from the long run. */
  measure(stage: Stage, options: { quick: boolean; tell: (what: string) => void }): Promise<Figure[]>
}

/** Whether a figure keeps its bound; undefined without one. */
export function isReached({ value, target }: Figure): boolean | undefined {
  if (!target) return undefined
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast
}
