// A closed loop of calls over kept connections, by sockets alone, so that the load leaves the processor to what is measured.
import { connect, type Socket } from 'node:net'
import type { SignedCall } from './tokens.ts'

export interface LoadOptions {
  port: number
  calls: readonly SignedCall[]
  connections: number
  /** Until when calls are sent; as many as there are, each once, when left out. */
  seconds?: number
  /** What a good answer is, by status and body; asked of every one. */
  isRight: (status: number, body: Buffer, call: SignedCall) => boolean
}

/** Whether a call was answered with numbers of its site: where nothing is known of it, nothing is enforced. */
export const isTold = (status: number, body: Buffer): boolean => status === 200 && body.includes('"enforced":true')

export interface LoadResult {
  calls: number
  wrong: number
  seconds: number
  /** Milliseconds, in ascending order. */
  latencies: Float64Array
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** Where a run for a time begins: the next goes on from there, so that no call is soon sent again. */
let goOnFrom = 0

export async function load({ port, calls, connections, seconds, isRight }: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = []
  let wrong = 0
  let sent = 0
  const from = seconds === undefined ? 0 : goOnFrom
  const started = performance.now()
  const isOver = () => (seconds === undefined ? sent >= calls.length : performance.now() >= started + seconds * 1000)
  await Promise.all(Array.from({ length: connections }, callOnAndOn))
  goOnFrom = from + sent
  return {
    calls: latencies.length,
    wrong,
    seconds: (performance.now() - started) / 1000,
    latencies: Float64Array.from(latencies).sort()
  }

  function callOnAndOn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      socket.setNoDelay()
      let sentAt = 0
      let call = send()
      let waiting: Buffer = Buffer.alloc(0)
      socket.on('error', reject)
      socket.on('data', chunk => {
        waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk])
        const answer = readAnswer(waiting)
        if (answer === 'unread') return reject(new Error('an answer came without its length'))
        if (!answer) return
        const now = performance.now()
        latencies.push(now - sentAt)
        if (!isRight(answer.status, answer.body, call)) wrong++
        waiting = Buffer.alloc(0)
        if (isOver()) leave(socket, resolve)
        else call = send()
      })

      function send(): SignedCall {
        const call = calls[(from + sent++) % calls.length]
        if (!call) throw new RangeError('there are no calls to send')
        sentAt = performance.now()
        socket.write(call.request)
        return call
      }
    })
  }
}

function leave(socket: Socket, done: () => void): void {
  socket.removeAllListeners('data')
  socket.end(done)
}

/** The answer once it is whole; `unread` when it does not say how long it is. */
function readAnswer(bytes: Buffer): { status: number; body: Buffer } | 'unread' | undefined {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd < 0) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
  if (Number.isNaN(length)) return 'unread'
  const body = bytes.subarray(headEnd + HEAD_END.length)
  return body.length < length ? undefined : { status: Number(head.slice(9, 12)), body }
}

/** A share of sorted values, such as 0.99. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  return percentile(
    [...values].sort((a, b) => a - b),
    0.5
  )
}
