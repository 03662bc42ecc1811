// Requests with any method, path and header that HTTP allows, over connections that are kept alive; fetch forbids many of them.
import { Agent, request } from 'node:http'
import type { Test } from 'tap'

export interface RawRequest {
  method: string
  path: string
  headers: readonly (readonly [string, string])[]
  body: string | Uint8Array
}

/** Makes requests to one origin. */
export function rawRequests(t: Test, origin: string): (options: RawRequest) => Promise<Response> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  t.teardown(() => agent.destroy())
  const { hostname, port } = new URL(origin)
  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const bytes = Buffer.from(body)
      const outgoing = request({ agent, hostname, port, method, path }, incoming => {
        const chunks: Buffer[] = []
        incoming.on('data', chunk => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const received = new Headers()
          for (const [name, values] of Object.entries(incoming.headersDistinct)) {
            for (const value of values ?? []) received.append(name, value)
          }
          resolve(new Response(Buffer.concat(chunks), { status: incoming.statusCode ?? 0, headers: received }))
        })
      })
      outgoing.on('error', reject)
      for (const [name, value] of headers) outgoing.setHeader(name, value)
      outgoing.setHeader('content-length', bytes.length)
      outgoing.end(bytes)
    })
}
