// What it costs to go by way of us: calls that are passed on, beside a bare proxy.
import { writeFileSync } from 'node:fs'
import { load, median } from '../calls/load.ts'
import { startServer } from '../calls/server.ts'
import { signCalls, sitesOf } from '../calls/tokens.ts'
import type { Row } from './row.ts'

export const forwarded: Row = {
  name: 'passed on',
  async measure(stage, { quick, tell }) {
    const sites = sitesOf(50)
    const docspace = await stage.startDocSpace()
    const target = await startServer(['bench/servers/target.ts'], stage.file('target.log'))
    const to = `http://127.0.0.1:${target.port}`
    const given = stage.file('proxy.json')
    writeFileSync(given, JSON.stringify({ appId: stage.wix.appId, publicKeyPem: stage.wix.publicKeyPem, answer: {} }))
    const proxy = await startServer(['bench/servers/bare-proxy.ts', given, to], stage.file('proxy.log'))
    const bridge = await stage.startBridge({ docspace, sites, forward: { to } })
    const calls = (await signCalls(stage.wix, sites, quick ? 300 : 1000)).map(call => ({
      ...call,
      request: Buffer.from(call.request.toString().replace('/v1/quota-info', '/v1/invoke'))
    }))
    const run = async ({ port }: { port: number }) => {
      const isRight = (status: number) => status === 200
      const result = await load({ port, calls, connections: 64, seconds: quick ? 0.5 : 4, isRight })
      if (result.wrong > 0) throw new Error(`${result.wrong} calls were not passed on`)
      return result.calls / result.seconds
    }
    await run(bridge)
    await run(proxy)
    const ratios: number[] = []
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      tell(`round ${round + 1}`)
      ratios.push((await run(bridge)) / (await run(proxy)))
    }
    await target.close()
    await proxy.close()
    return [
      {
        what: 'calls passed on a second, against a bare proxy',
        value: median(ratios),
        unit: '×',
        spread: [Math.min(...ratios), Math.max(...ratios)]
      }
    ]
  }
}
