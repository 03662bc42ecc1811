// What the contract's tests did, kept for the table at the end of `npm test`.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const FOLDER = '.tap/contract'

export interface Tally {
  /** What was run, such as `getQuotaInfo 401` or the name of a property. */
  what: string
  kind: 'status' | 'proxied' | 'generated' | 'without-browser'
  requests: number
  violations: number
}

export function keepTally(name: string, tallies: Tally[]): void {
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(`${FOLDER}/${name}.json`, JSON.stringify(tallies))
}

export function readTallies(): Tally[] {
  return readdirSync(FOLDER).flatMap((file): Tally[] => JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')))
}

/** So that no run is credited with an earlier one's work. */
export function dropTallies(): void {
  rmSync(FOLDER, { recursive: true, force: true })
}
