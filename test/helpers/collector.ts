// An OpenTelemetry collector as far as a service sees one: takes OTLP over HTTP, as JSON, and keeps the spans.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Test } from 'tap'

export interface ReceivedSpan {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  /** 2 is a server's, 3 a client's. */
  kind: number
  attributes: Record<string, unknown>
  /** 2 is an error. */
  status: number
  ms: number
}

export interface Collector {
  url: string
  spans: ReceivedSpan[]
  /** What the service says of itself. */
  resource: Record<string, unknown>
  requests: { url: string; headers: IncomingHttpHeaders }[]
  /** Waits for spans that are as is said. */
  until(isEnough: (spans: ReceivedSpan[]) => boolean): Promise<ReceivedSpan[]>
}

interface Pair {
  key: string
  value: Record<string, unknown>
}
interface Body {
  resourceSpans: {
    resource: { attributes: Pair[] }
    scopeSpans: {
      spans: (Omit<ReceivedSpan, 'attributes' | 'status' | 'ms'> & {
        attributes: Pair[]
        status?: { code?: number }
        startTimeUnixNano: string
        endTimeUnixNano: string
      })[]
    }[]
  }[]
}

const valuesOf = (pairs: Pair[]) => Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]))

/** `status` is what it answers. */
export async function startCollector(t: Pick<Test, 'teardown'>, status = 200): Promise<Collector> {
  const received = new EventTarget()
  const collector: Collector = {
    url: '',
    spans: [],
    resource: {},
    requests: [],
    async until(isEnough) {
      while (!isEnough(collector.spans)) await once(received, 'spans', { signal: AbortSignal.timeout(20_000) })
      return collector.spans
    }
  }
  const server = createServer(async (request, response) => {
    const { resourceSpans } = Object(await json(request)) as Body
    for (const { resource, scopeSpans } of resourceSpans) {
      collector.resource = valuesOf(resource.attributes)
      for (const { attributes, status, startTimeUnixNano, endTimeUnixNano, ...span } of scopeSpans.flatMap(
        ({ spans }) => spans
      ))
        collector.spans.push({
          ...span,
          attributes: valuesOf(attributes),
          status: status?.code ?? 0,
          ms: Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6
        })
    }
    collector.requests.push({ url: request.url ?? '', headers: request.headers })
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    received.dispatchEvent(new Event('spans'))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  collector.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  return collector
}
