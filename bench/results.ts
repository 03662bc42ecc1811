// What the long runs told, row by row: a row that is measured anew takes the place of its older figures, and no other's.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Candidate } from './calls/compare.ts'
import { plot } from './plot.ts'
import type { Figure } from './rows/row.ts'

const FILE = 'bench/results.json'
const PLOT = 'bench/results.svg'

export interface Measured {
  /** The row's name. */
  row: string
  date: string
  machine: string
  figures: Figure[]
  /** Of the comparison. */
  candidates?: Candidate[]
}

/** Keeps what a long run told of a row, in `results.json`, and the comparison's picture. */
export function keep(measured: Measured): void {
  const known: Measured[] = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : []
  const others = known.filter(({ row }) => row !== measured.row)
  const all = [...others, measured].sort((a, b) => a.row.localeCompare(b.row))
  writeFileSync(FILE, `${JSON.stringify(all, undefined, 2)}\n`)
  const { candidates, machine } = measured
  if (candidates) writeFileSync(PLOT, plot(candidates, `64 connections, 500 sites, 5 languages, log on; ${machine}`))
}
