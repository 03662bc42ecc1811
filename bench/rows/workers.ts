// Two workers beside one process. The load has the same cores, so that the rates tell less than they would with the load elsewhere;
// the processor time a call is that of the workers and of the process that started them.
import { isTold, load, median } from '../calls/load.ts'
import type { RunningServer } from '../calls/server.ts'
import { signCalls, sitesOf } from '../calls/tokens.ts'
import type { Row } from './row.ts'

const CONNECTIONS = 64
const SITES = 500

export const workers: Row = {
  name: 'workers',
  async measure(stage, { quick, tell }) {
    const sites = sitesOf(SITES)
    const docspace = await stage.startDocSpace()
    const calls = await signCalls(stage.wix, sites, quick ? 500 : 20_000)
    const one = await stage.startBridge({ docspace, sites })
    const two = await stage.startBridge({ docspace, sites, server: { workers: 2 } })
    const run = async (server: RunningServer) => {
      const before = server.cpuSeconds()
      const result = await load({
        ...{ port: server.port, calls, connections: CONNECTIONS, seconds: quick ? 0.5 : 4, isRight: isTold }
      })
      if (result.wrong > 0) throw new Error(`${result.wrong} calls were not answered`)
      return { rate: result.calls / result.seconds, cpu: (server.cpuSeconds() - before) / result.calls }
    }
    const rates: number[] = []
    const cpus: number[] = []
    for (let round = 0; round <= (quick ? 1 : 5); round++) {
      tell(`round ${round}`)
      const [single, double] = [await run(one), await run(two)]
      // The first round warms up.
      if (round === 0) continue
      rates.push(double.rate / single.rate)
      cpus.push(double.cpu / single.cpu)
    }
    return [
      {
        what: 'calls a second of two workers against one, the load on the same two cores',
        value: median(rates),
        unit: '×',
        spread: [Math.min(...rates), Math.max(...rates)],
        target: { atLeast: 1.85 }
      },
      {
        what: 'server CPU a call of two workers against one',
        value: median(cpus),
        unit: '×',
        spread: [Math.min(...cpus), Math.max(...cpus)]
      }
    ]
  }
}
