// The service beside what people would use instead, in interleaved rounds: whatever else the machine does meets all alike.
import { writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { QuotaInfoAnswer } from '../../src/wix/contract.ts'
import { load, median, percentile } from './load.ts'
import type { RunningServer } from './server.ts'
import type { Stage } from './stage.ts'
import { LANGUAGES, signCalls, sitesOf } from './tokens.ts'

const CONNECTIONS = 64
const SITES = 500

export interface Candidate {
  name: string
  /** What can be done at all: one check, no work. */
  isLimit: boolean
  /** Each of a round: microseconds of the server's processor time a call, calls a second, and milliseconds. */
  cpuUs: number[]
  callsPerSecond: number[]
  p50Ms: number[]
  p99Ms: number[]
  wrong: number
}

export interface CompareOptions {
  rounds: number
  seconds: number
  /** Calls that are signed: in so many none comes again soon, however fast they are answered. */
  distinct: number
  onRound: (name: string, round: number) => void
}

const OTHERS: readonly { name: string; isLimit: boolean; args: readonly string[] }[] = [
  { name: 'node:http, verified in place', isLimit: true, args: ['bench/servers/bare.ts'] },
  { name: 'node:http, verified on the pool', isLimit: true, args: ['bench/servers/bare.ts', 'pool'] },
  { name: 'Fastify + @wix/sdk', isLimit: false, args: ['bench/servers/fastify-sdk.ts'] },
  { name: 'Express + @wix/sdk', isLimit: false, args: ['bench/servers/express-sdk.ts'] }
]

export async function compare(
  stage: Stage,
  startOther: (args: readonly string[]) => Promise<RunningServer>,
  { rounds, seconds, distinct, onRound }: CompareOptions
): Promise<Candidate[]> {
  const docspace = await stage.startDocSpace()
  const sites = sitesOf(SITES)
  const kindOf = (site: number) => String(site % docspace.keys.length)
  const calls = await signCalls(stage.wix, sites, distinct, { kindOf })
  const bridge = await stage.startBridge({ docspace, sites })
  const answers = await learnAnswers(bridge.port, calls)

  const [answer = ''] = answers.values()
  const given = stage.file('given.json')
  const { appId, publicKeyPem } = stage.wix
  writeFileSync(given, JSON.stringify({ appId, publicKeyPem, answer: JSON.parse(answer) }))
  const servers = [
    {
      ...{ name: 'Quota Bridge', isLimit: false, server: bridge },
      isAnswer: (kind: string, text: string) => text === answers.get(kind)
    }
  ].concat(
    await Promise.all(
      OTHERS.map(async ({ name, isLimit, args: [script = '', ...more] }) => ({
        name,
        isLimit,
        server: await startOther([script, given, ...more]),
        isAnswer: constantly(JSON.parse(answer))
      }))
    )
  )
  const candidates = servers.map(({ name, isLimit }) => newCandidate(name, isLimit))

  for (let round = 0; round <= rounds; round++) {
    for (const [index, { name, server, isAnswer }] of servers.entries()) {
      onRound(name, round)
      const before = server.cpuSeconds()
      const result = await load({
        ...{ port: server.port, calls, connections: CONNECTIONS, seconds },
        isRight: (status, body, { kind }) => status === 200 && isAnswer(kind, body.toString())
      })
      const cpu = server.cpuSeconds() - before
      const candidate = candidates[index]
      if (!candidate) continue
      candidate.wrong += result.wrong
      // The first round warms up.
      if (round === 0) continue
      candidate.cpuUs.push((cpu / result.calls) * 1e6)
      candidate.callsPerSecond.push(result.calls / result.seconds)
      candidate.p50Ms.push(percentile(result.latencies, 0.5))
      candidate.p99Ms.push(percentile(result.latencies, 0.99))
    }
  }
  return candidates
}

/** Wix's SDK writes the same in another order: the first is read, the others are compared with its text. */
function constantly(answer: unknown): (kind: string, text: string) => boolean {
  let first: string | undefined
  return (_kind, text) => {
    if (first === undefined && isDeepStrictEqual(JSON.parse(text), answer)) first = text
    return text === first
  }
}

const newCandidate = (name: string, isLimit: boolean): Candidate => ({
  ...{ name, isLimit, wrong: 0 },
  ...{ cpuUs: [], callsPerSecond: [], p50Ms: [], p99Ms: [] }
})

/** What each kind of call is answered, asked for once; that these are answers, and that they differ, is looked at here. */
async function learnAnswers(port: number, calls: Parameters<typeof load>[0]['calls']): Promise<Map<string, string>> {
  const answers = new Map<string, string>()
  const isRight = (status: number, body: Buffer, { kind }: { kind: string }) => {
    const text = body.toString()
    const known = answers.get(kind)
    if (status === 200 && !known) answers.set(kind, text)
    return status === 200 && (known ?? text) === text
  }
  const eachSiteInEachLanguage = calls.slice(0, SITES * LANGUAGES.length)
  const { wrong } = await load({ port, calls: eachSiteInEachLanguage, connections: 8, isRight })
  const distinct = new Set(answers.values())
  const { actionQuotaInfo }: QuotaInfoAnswer = JSON.parse([...distinct][0] ?? '{}')
  if (wrong > 0 || distinct.size < 4 || !actionQuotaInfo?.enforced)
    throw new Error(`the service does not answer as it should: ${wrong} wrong, ${distinct.size} different answers`)
  return answers
}

export const middle = ({ cpuUs, callsPerSecond, p50Ms, p99Ms }: Candidate) => ({
  cpuUs: median(cpuUs),
  callsPerSecond: median(callsPerSecond),
  p50Ms: median(p50Ms),
  p99Ms: median(p99Ms)
})
