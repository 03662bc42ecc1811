// Whether a store that grows slows down the calls of those who are asked about.
import { startPostgres } from '../../test/helpers/postgres.ts'
import { isTold, load, median } from '../calls/load.ts'
import { signCalls, sitesOf } from '../calls/tokens.ts'
import type { Figure, Row } from './row.ts'

const ASKED = 500
const QUICK_ASKED = 100
const SIZES = [1000, 100_000, 1_000_000]
const QUICK_SIZES = [1000, 5000]

export const growth: Row = {
  name: 'growth',
  async measure(stage, { quick, tell }) {
    const ends: (() => unknown)[] = []
    const postgres = await startPostgres({ teardown: end => void ends.push(end) })
    const figures: Figure[] = []
    for (const engine of ['SQLite', 'PostgreSQL'] as const) {
      const asked: Asked[] = []
      for (const size of quick ? QUICK_SIZES : SIZES) {
        tell(`${engine}, ${size} sites`)
        const storeUrl = engine === 'SQLite' ? `file:${stage.file(`growth-${size}.db`)}` : await postgres.newDatabase()
        asked.push(await fillAndAsk(stage, size, storeUrl, quick))
      }
      const ratios: number[] = []
      for (let round = 0; round < (quick ? 1 : 7); round++) {
        tell(`${engine}, round ${round + 1}`)
        const rates: number[] = []
        for (const { rate } of asked) rates.push(await rate())
        ratios.push((rates.at(-1) ?? 0) / (rates[0] ?? 0))
      }
      for (const { close } of asked) await close()
      figures.push({
        what: `calls a second with ${asked.at(-1)?.size} stored sites, against ${asked[0]?.size}, ${engine}`,
        value: median(ratios),
        unit: '×',
        spread: [Math.min(...ratios), Math.max(...ratios)],
        target: { atLeast: 0.95 }
      })
    }
    for (const end of ends) await end()
    return figures
  }
}

/** A service whose store has so many sites, some of which are asked about. */
interface Asked {
  size: number
  /** Calls a second. */
  rate(): Promise<number>
  close(): Promise<void>
}

async function fillAndAsk(
  stage: Parameters<Row['measure']>[0],
  size: number,
  storeUrl: string,
  quick: boolean
): Promise<Asked> {
  const sites = sitesOf(size)
  const docspace = await stage.startDocSpace()
  const { port, close } = await stage.startBridge({ docspace, sites, storeUrl })
  const count = quick ? QUICK_ASKED : ASKED
  const step = Math.floor(size / count)
  const asked = Array.from({ length: count }, (_, index) => sites[index * step] ?? '')
  const calls = await signCalls(stage.wix, asked, count * (quick ? 3 : 10))
  await load({ port, calls: calls.slice(0, count), connections: 8, isRight: isTold })
  return {
    size,
    close,
    async rate() {
      const result = await load({ port, calls, connections: 64, seconds: quick ? 0.5 : 3, isRight: isTold })
      if (result.wrong > 0) throw new Error(`${result.wrong} calls were not answered`)
      return result.calls / result.seconds
    }
  }
}
