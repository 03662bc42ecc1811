// What a call with a bad signature costs, beside one that is answered.
import { isTold, load, median } from '../calls/load.ts'
import { signCalls, sitesOf } from '../calls/tokens.ts'
import type { Row } from './row.ts'

/** Over more sockets a flood of such calls is answered slowly on purpose. */
const CONNECTIONS = 16

export const refusals: Row = {
  name: 'refusals',
  async measure(stage, { quick, tell }) {
    const sites = sitesOf(50)
    const docspace = await stage.startDocSpace()
    const bridge = await stage.startBridge({ docspace, sites })
    const good = await signCalls(stage.wix, sites, quick ? 300 : 5000)
    const forged = await signCalls(stage.wix, sites, quick ? 300 : 5000, { forged: true })
    const run = async (calls: typeof good, status: number) => {
      const { port } = bridge
      const {
        calls: made,
        seconds,
        wrong
      } = await load({
        ...{ port, calls, connections: CONNECTIONS, seconds: quick ? 0.5 : 4 },
        isRight: (answered, body) => answered === status && (status !== 200 || isTold(answered, body))
      })
      if (wrong > 0) throw new Error(`${wrong} calls were not answered with ${status}`)
      return made / seconds
    }
    await run(good, 200)
    const ratios: number[] = []
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      tell(`round ${round + 1}`)
      ratios.push((await run(forged, 401)) / (await run(good, 200)))
    }
    return [
      {
        what: 'refused calls a second, against answered ones',
        value: median(ratios),
        unit: '×',
        spread: [Math.min(...ratios), Math.max(...ratios)],
        target: { atLeast: 1.5 }
      }
    ]
  }
}
