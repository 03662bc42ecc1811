// Memory, and how soon a service that starts has answered.
import { setTimeout as sleep } from 'node:timers/promises'
import { isTold, load, median } from '../calls/load.ts'
import { signCalls, sitesOf } from '../calls/tokens.ts'
import type { Row } from './row.ts'

const IDLE_MS = 3000

export const footprint: Row = {
  name: 'memory and start',
  async measure(stage, { quick, tell }) {
    const docspace = await stage.startDocSpace()
    const few = sitesOf(10)
    const [first] = await signCalls(stage.wix, few, 1)
    const starts: number[] = []
    const idle: number[] = []
    const answered: number[] = []
    for (let round = 0; round < (quick ? 1 : 7); round++) {
      tell(`start ${round + 1}`)
      const started = performance.now()
      const server = await stage.startBridge({ docspace, sites: few })
      const sinceSpawn = performance.now() - server.startMs
      if (first) await load({ port: server.port, calls: [first], connections: 1, isRight: isTold })
      starts.push(performance.now() - Math.max(started, sinceSpawn))
      await sleep(quick ? 500 : IDLE_MS)
      answered.push(server.rssMb())
      await server.close()
      const unasked = await stage.startBridge({ docspace, sites: few })
      await sleep(quick ? 500 : IDLE_MS)
      idle.push(unasked.rssMb())
      await unasked.close()
    }
    const many = sitesOf(quick ? 500 : 100_000)
    const server = await stage.startBridge({ docspace, sites: many })
    tell(`${many.length} sites`)
    for (let from = 0; from < many.length; from += 5000) {
      const calls = await signCalls(stage.wix, many.slice(from, from + 5000), Math.min(5000, many.length - from))
      const { wrong } = await load({ port: server.port, calls, connections: 16, isRight: isTold })
      if (wrong > 0) throw new Error(`${wrong} calls were not answered`)
      tell(`${from + calls.length} of ${many.length} sites`)
    }
    return [
      {
        what: 'start to first answer, median',
        value: median(starts),
        unit: 'ms',
        spread: [Math.min(...starts), Math.max(...starts)],
        target: { atMost: 350 }
      },
      {
        what: 'memory (RSS), idle',
        value: median(idle),
        unit: 'MB',
        spread: [Math.min(...idle), Math.max(...idle)],
        target: { atMost: 90 }
      },
      {
        what: 'memory (RSS), idle after one answer',
        value: median(answered),
        unit: 'MB',
        spread: [Math.min(...answered), Math.max(...answered)]
      },
      {
        what: `memory (RSS) after ${many.length} sites were asked about`,
        value: server.rssMb(),
        unit: 'MB',
        target: { atMost: 200 }
      }
    ]
  }
}
