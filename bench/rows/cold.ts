// What an answer takes beyond the upstream's own time, for a site that was never asked about; and when an older one is shown.
import { request } from 'undici'
import { isTold, load, median, percentile } from '../calls/load.ts'
import type { DocSpace } from '../calls/stage.ts'
import { signCalls, sitesOf } from '../calls/tokens.ts'
import type { Figure, Row } from './row.ts'

const DELAYS_MS = [0, 50, 300]
const PATHS = ['/api/2.0/portal/payment/quota', '/api/2.0/portal/tariff']

export const cold: Row = {
  name: 'cold answers',
  async measure(stage, { quick, tell }) {
    const figures: Figure[] = []
    for (const delayMs of DELAYS_MS) {
      tell(`an upstream that takes ${delayMs} ms`)
      const warming = quick ? 20 : 1000
      const sites = sitesOf(warming + (quick ? 8 : 200))
      const docspace = await stage.startDocSpace(delayMs)
      const { port } = await stage.startBridge({ docspace, sites })
      const calls = await signCalls(stage.wix, sites, sites.length)
      await load({ port, calls: calls.slice(0, warming), connections: 8, isRight: isTold })
      // One after the other: nobody waits for another.
      const measured = calls.slice(warming)
      const { latencies, wrong } = await load({ port, calls: measured, connections: 1, isRight: isTold })
      if (wrong > 0) throw new Error(`${wrong} calls were not answered`)
      const upstream = await askDirectly(docspace, measured.length)
      figures.push({
        what: `cold answer beyond an upstream that takes ${delayMs} ms, median`,
        value: percentile(latencies, 0.5) - upstream,
        unit: 'ms',
        target: { atMost: 1 }
      })
    }
    return [...figures, ...(await stale(stage, quick))]
  }
}

/** The upstream's own time: both of its answers, asked for at once over kept connections. */
async function askDirectly({ url, keys: [key] }: DocSpace, times: number): Promise<number> {
  const ask = async () => {
    const started = performance.now()
    await Promise.all(
      PATHS.map(async path => {
        const { body } = await request(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } })
        await body.json()
      })
    )
    return performance.now() - started
  }
  // What is made once is made now.
  for (let time = 0; time < 3; time++) await Promise.all(Array.from({ length: 20 }, ask))
  const taken: number[] = []
  for (let time = 0; time < times; time++) taken.push(await ask())
  return median(taken)
}

async function stale(stage: Parameters<Row['measure']>[0], quick: boolean): Promise<Figure[]> {
  const sites = sitesOf(100)
  const docspace = await stage.startDocSpace(50)
  const provider = { freshFor: '0s', patience: '0s', keepFor: '1h' }
  const { port } = await stage.startBridge({ docspace, sites, provider })
  const calls = await signCalls(stage.wix, sites, quick ? 300 : 5000)
  await load({ port, calls: calls.slice(0, 100), connections: 8, isRight: isTold })
  const result = await load({ port, calls, connections: 16, seconds: quick ? 0.5 : 5, isRight: isTold })
  if (result.wrong > 0) throw new Error(`${result.wrong} calls were not answered`)
  return [
    { what: 'stale answers a second, refreshing behind each', value: result.calls / result.seconds, unit: '1/s' },
    { what: 'the same, 99 % within', value: percentile(result.latencies, 0.99), unit: 'ms' }
  ]
}
