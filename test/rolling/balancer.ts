// A load balancer as they are: takes turns among the replicas that say they are ready, keeps connections, and sends a call
// again only where there was nobody to take it.
import { once } from 'node:events'
import {
  Agent,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse
} from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Replica {
  host: string
  port: number
  managementPort: number
}

export interface Balancer {
  url: string
  /** Calls that met a refused connection, and went to another replica. */
  sentAgain: number
  /** Resolves once a replica is taken for ready, or for not ready. */
  until(replica: Replica, ready: boolean): Promise<void>
  close(): Promise<void>
}

interface Call extends Pick<IncomingMessage, 'method' | 'url' | 'headers'> {
  body: Buffer
}

const READINESS_TIMEOUT_MS = 1000
const FAILURES_MAX = 2
/** Of one hop, which an intermediary makes anew: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP = ['connection', 'keep-alive', 'transfer-encoding']

export async function startBalancer(replicas: readonly Replica[], everyMs: number): Promise<Balancer> {
  const agents = new Map(replicas.map(replica => [replica, new Agent({ keepAlive: true })]))
  const ready = new Set<Replica>()
  const closing = new AbortController()
  const watching = replicas.map(watch)
  let turn = 0

  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const inTurn = replicas.filter(replica => ready.has(replica))
    const first = turn++
    const inOrder = inTurn.map((_, index) => inTurn[(first + index) % inTurn.length])
    const { method, url, headers } = incoming
    const call = { method, url, headers, body: Buffer.concat(chunks) }
    pass(
      call,
      outgoing,
      inOrder.filter(replica => replica !== undefined)
    )
  })
  // The callers end their connections, not we.
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()

  const balancer: Balancer = {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`,
    sentAgain: 0,
    async until(replica, wanted) {
      while (ready.has(replica) !== wanted) await sleep(5)
    },
    async close() {
      closing.abort()
      await Promise.all(watching)
      for (const agent of agents.values()) agent.destroy()
      server.closeAllConnections()
      server.close()
    }
  }
  return balancer

  /** Out when it twice in a row says that it is not ready, or nothing, as in docker/kubernetes: a moment of the database is no end. */
  async function watch(replica: Replica): Promise<void> {
    let failures = 0
    while (!closing.signal.aborted) {
      const isReady = await fetch(`http://${replica.host}:${replica.managementPort}/health/ready`, {
        signal: AbortSignal.timeout(READINESS_TIMEOUT_MS)
      }).then(
        ({ ok }) => ok,
        () => false
      )
      failures = isReady ? 0 : failures + 1
      if (isReady) ready.add(replica)
      else if (failures >= FAILURES_MAX) ready.delete(replica)
      await sleep(everyMs)
    }
  }

  /** To the first of the replicas; what goes wrong is told in the answer, so that the caller can count it. */
  function pass(call: Call, outgoing: ServerResponse, [replica, ...others]: Replica[]): void {
    if (!replica) {
      outgoing.writeHead(503, { 'x-lost': 'no replica is ready' }).end()
      return
    }
    const { method, url, headers, body } = call
    const { host, port } = replica
    const options = { host, port, method, path: url, headers: ofMessage(headers), agent: agents.get(replica) }
    const sent = request(options, answer => {
      outgoing.writeHead(answer.statusCode ?? 502, ofMessage(answer.headers))
      answer.pipe(outgoing)
      answer.once('error', () => outgoing.destroy())
    })
    sent.once('error', error => {
      const code = 'code' in error ? String(error.code) : error.message
      if (outgoing.headersSent) {
        outgoing.destroy()
      } else if (code === 'ECONNREFUSED' && others.length > 0) {
        balancer.sentAgain++
        pass(call, outgoing, others)
      } else {
        outgoing.writeHead(502, { 'x-lost': code }).end()
      }
    })
    sent.end(body)
  }
}

function ofMessage(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP.includes(name)))
}
