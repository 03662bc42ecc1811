// Where calls are passed on to in tests: counts and keeps every request it sees, and answers as it is told.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Test } from 'tap'

export interface Seen {
  method: string
  /** The request target as it came. */
  url: string
  rawHeaders: string[]
  headers: IncomingMessage['headers']
  bytes: number
  sha256: string
  /** Whether the body came to its end. */
  complete: boolean
}

export interface Target {
  url: string
  port: number
  /** Requests whose head arrived, in order. */
  seen: Seen[]
  /** Sockets that are open. */
  sockets: Set<Socket>
  /** Requests whose connection was torn before they were answered. */
  torn: number
}

type Answer = (request: IncomingMessage, response: ServerResponse, seen: Seen) => void

const ok: Answer = (_request, response) => response.end('ok')

/** `answer` is called when the body is complete, `meet` as soon as the head is there. */
export async function startTarget(
  t: Pick<Test, 'teardown'>,
  { answer = ok, meet, port = 0 }: { answer?: Answer; meet?: Answer; port?: number } = {}
): Promise<Target> {
  const target: Target = { url: '', port: 0, seen: [], sockets: new Set(), torn: 0 }
  const server = createServer(async (request, response) => {
    const { method = '', url = '', rawHeaders, headers } = request
    const seen: Seen = { method, url, rawHeaders, headers, bytes: 0, sha256: '', complete: false }
    target.seen.push(seen)
    response.once('close', () => {
      if (!response.writableFinished) target.torn++
    })
    meet?.(request, response, seen)
    const hash = createHash('sha256')
    try {
      for await (const chunk of request) {
        seen.bytes += chunk.length
        hash.update(chunk)
      }
    } catch {
      return
    }
    seen.complete = true
    seen.sha256 = hash.digest('hex')
    if (!meet) answer(request, response, seen)
  })
  server.on('connection', socket => {
    target.sockets.add(socket)
    socket.once('close', () => target.sockets.delete(socket))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  target.port = typeof address === 'object' && address ? address.port : 0
  target.url = `http://127.0.0.1:${target.port}`
  return target
}

export function sha256(body: Uint8Array | string): string {
  return createHash('sha256').update(body).digest('hex')
}
