// Whether a store that grows slows down the calls of those who are asked about.
import { startPostgres } from '../../test/helpers/postgres.ts'
import { isTold, load, median } from '../calls/load.ts'
import { signCalls, sitesOf } from '../calls/tokens.ts'
import type { Figure, Row } from './row.ts'

const ASKED = 500
const SIZES = [1000, 100_000, 1_000_000]
const QUICK_SIZES = [1000, 10_000]

export const growth: Row = {
  name: 'growth',
  async measure(stage, { quick, tell }) {
    const ends: (() => unknown)[] = []
    const postgres = await startPostgres({ teardown: end => void ends.push(end) })
    const figures: Figure[] = []
    for (const engine of ['SQLite', 'PostgreSQL'] as const) {
      const rates: { size: number; rate: number }[] = []
      for (const size of quick ? QUICK_SIZES : SIZES) {
        tell(`${engine}, ${size} sites`)
        const storeUrl = engine === 'SQLite' ? `file:${stage.file(`growth-${size}.db`)}` : await postgres.newDatabase()
        rates.push({ size, rate: await rateAmong(stage, size, storeUrl, quick) })
      }
      const [least, most] = [rates[0], rates.at(-1)]
      if (!least || !most) continue
      figures.push({
        what: `calls a second with ${most.size} stored sites, against ${least.size}, ${engine}`,
        value: most.rate / least.rate,
        unit: '×',
        target: { atLeast: 0.95 }
      })
    }
    for (const end of ends) await end()
    return figures
  }
}

async function rateAmong(stage: Parameters<Row['measure']>[0], size: number, storeUrl: string, quick: boolean) {
  const sites = sitesOf(size)
  const docspace = await stage.startDocSpace()
  const server = await stage.startBridge({ docspace, sites, storeUrl })
  const step = Math.floor(size / ASKED)
  const asked = Array.from({ length: ASKED }, (_, index) => sites[index * step] ?? '')
  const calls = await signCalls(stage.wix, asked, quick ? 1000 : 5000)
  const { port } = server
  await load({ port, calls: calls.slice(0, ASKED), connections: 8, isRight: isTold })
  const rates: number[] = []
  for (let round = 0; round < (quick ? 1 : 5); round++) {
    const result = await load({ port, calls, connections: 64, seconds: quick ? 1 : 3, isRight: isTold })
    if (result.wrong > 0) throw new Error(`${result.wrong} calls were not answered`)
    rates.push(result.calls / result.seconds)
  }
  await server.close()
  return median(rates)
}
