// What the checks of the image share: its name, and what a check is.
import type { Engine } from './engine.ts'

export const IMAGE = 'localhost/quota-bridge:build-check'
/** A container, and the volume of its store. */
export const CONTAINER = `quota-bridge-build-check-${process.pid}`

export interface Check {
  name: string
  /** Gives the figures, if there are any; throws what is wrong. */
  hold(engine: Engine, folder: string): string | undefined | Promise<string | undefined>
}
