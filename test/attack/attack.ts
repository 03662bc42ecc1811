// npm run attack: what needs load, files of its own or killed processes to be shown; a table at the end says what held.
// A row is a file of this folder and a line of the list below. `npm run attack -- disk` runs the rows whose name holds a word.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableOf } from '../../src/devkit/table.ts'
import { startPostgres } from '../helpers/postgres.ts'
import { changesAtOnce } from './changes-at-once.ts'
import { diskFull } from './disk-full.ts'
import { fileDeleted } from './file-deleted.ts'
import { forgedFlood } from './forged-flood.ts'
import { halfOpen } from './half-open.ts'
import { removedMeanwhile } from './removed-meanwhile.ts'
import type { AttackRow, Stage } from './row.ts'
import { secondService } from './second-service.ts'
import { stopping } from './stopping.ts'

const rows: readonly AttackRow[] = [
  changesAtOnce,
  removedMeanwhile,
  fileDeleted,
  diskFull,
  secondService,
  halfOpen,
  forgedFlood,
  stopping
]

const words = process.argv.slice(2)
const chosen = rows.filter(({ name }) => words.length === 0 || words.some(word => name.includes(word)))
const folder = mkdtempSync(join(tmpdir(), 'quota-bridge-attack-'))
const ends: (() => unknown)[] = []
const postgres = await startPostgres({ teardown: work => void ends.push(work) })
const table: string[][] = []

for (const row of chosen) {
  for (const engine of row.engines ?? (['SQLite', 'PostgreSQL'] as const)) {
    const own = mkdtempSync(join(folder, 'row-'))
    const works: (() => unknown)[] = []
    const stage: Stage = {
      engine,
      folder: own,
      teardown: work => void works.push(work),
      newUrl: async () => {
        if (engine === 'PostgreSQL') return postgres.newDatabase()
        mkdirSync(join(own, 'data'), { recursive: true })
        return `file:${join(own, 'data', 'quota-bridge.db')}`
      }
    }
    const started = performance.now()
    const outcome = await row.run(stage).catch(error => ({ holds: false, figures: String(error) }))
    for (const work of works.reverse()) await work()
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    table.push([row.name, engine, outcome.holds ? 'holds' : 'FAILS', `${seconds} s`, outcome.figures, row.wanted])
    if (!outcome.holds) process.exitCode = 1
  }
}
for (const end of ends.reverse()) await end()
rmSync(folder, { recursive: true, force: true })

process.stdout.write(tableOf(['attack', 'engine', '', 'took', 'seen', 'wanted'], table))
