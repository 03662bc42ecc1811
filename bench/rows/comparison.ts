// The table of the service beside what people would use instead, and how far away the limit is.
import { type Candidate, compare, middle } from '../calls/compare.ts'
import { type RunningServer, startServer } from '../calls/server.ts'
import type { Stage } from '../calls/stage.ts'
import type { Figure } from './row.ts'

const US = 'Quota Bridge'
const SDK = 'Fastify + @wix/sdk'

/** The candidates, and the ratios that matter of them. */
export async function comparison(
  stage: Stage,
  { quick, tell }: { quick: boolean; tell: (what: string) => void }
): Promise<{ candidates: Candidate[]; figures: Figure[] }> {
  const others: RunningServer[] = []
  let started = 0
  const startOther = async (args: readonly string[]) => {
    const server = await startServer(args, stage.file(`other-${++started}.log`))
    others.push(server)
    return server
  }
  const times = quick ? { rounds: 1, seconds: 0.5, distinct: 2500 } : { rounds: 7, seconds: 4, distinct: 30_000 }
  const onRound = (name: string, round: number) => tell(`round ${round} of ${times.rounds}: ${name}`)
  const candidates = await compare(stage, startOther, { ...times, onRound })
  for (const server of others) await server.close()
  return { candidates, figures: figuresOf(candidates) }
}

function figuresOf(candidates: readonly Candidate[]): Figure[] {
  const named = (name: string) => candidates.filter(candidate => candidate.name === name).map(middle)
  const limits = candidates.filter(({ isLimit }) => isLimit).map(middle)
  const [ours] = named(US)
  const [sdk] = named(SDK)
  if (!ours || !sdk) throw new Error('a candidate is missing')
  const least = (of: keyof typeof ours) => Math.min(...limits.map(limit => limit[of]))
  const most = Math.max(...limits.map(({ callsPerSecond }) => callsPerSecond))
  return [
    {
      what: 'server CPU a signed, fresh call, against the better limit',
      value: ours.cpuUs / least('cpuUs'),
      unit: '×',
      target: { atMost: 1.25 }
    },
    {
      what: 'calls a second against the better limit',
      value: ours.callsPerSecond / most,
      unit: '×',
      target: { atLeast: 0.85 }
    },
    {
      what: `calls a second against ${SDK}`,
      value: ours.callsPerSecond / sdk.callsPerSecond,
      unit: '×',
      target: { atLeast: 3.5 }
    },
    {
      what: "99 % within, at 64 connections, against the better limit's",
      value: ours.p99Ms / least('p99Ms'),
      unit: '×',
      target: { atMost: 1.5 }
    }
  ]
}
