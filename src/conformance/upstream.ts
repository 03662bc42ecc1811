// An upstream on this machine that answers as it is told.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'

export interface Upstream {
  /** Its address, without a slash at the end. */
  url: string
  /** How every call is answered from now on. */
  answer: (path: string, response: ServerResponse) => void
  /** The URLs that were asked for. */
  asked: string[]
  close(): void
}

/** Starts it on a free port of the loopback. */
export async function startUpstream(): Promise<Upstream> {
  const server = createServer((request, response) => {
    const url = request.url ?? ''
    upstream.asked.push(url)
    request.resume()
    upstream.answer(new URL(url, 'http://upstream').pathname, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const upstream: Upstream = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    answer: sendStatus(404),
    asked: [],
    close() {
      server.closeAllConnections()
      server.close()
    }
  }
  return upstream
}

type Send = Upstream['answer']

/** JSON by path; 404 for any other. */
export function sendJson(answers: Readonly<Record<string, unknown>>, status = 200): Send {
  return (path, response) => {
    if (!Object.hasOwn(answers, path)) return sendStatus(404)(path, response)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answers[path]))
  }
}

/** Always the same. */
export function sendStatus(status: number, headers: Record<string, string> = {}, body = '{}'): Send {
  return (_path, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
}

const MEBIBYTE = ' '.repeat(1024 * 1024)
const HUGE_MEBIBYTES = 24

export interface Outage {
  answer: Send
  /** It is JSON that comes with 200, by which nobody can tell that a key is wrong. */
  mayProveKey?: true
}

/** The ways in which an upstream may fail as a whole, by what is the matter. */
export const OUTAGES: Readonly<Record<string, Outage>> = {
  'answers 401': { answer: sendStatus(401) },
  'answers 403': { answer: sendStatus(403) },
  'answers 404': { answer: sendStatus(404) },
  'answers 429': { answer: sendStatus(429, { 'retry-after': '7' }) },
  'answers 500': { answer: sendStatus(500) },
  'answers 503': { answer: sendStatus(503) },
  'answers with a redirect': { answer: sendStatus(302, { location: 'http://127.0.0.1:9/' }) },
  'answers with a page': { answer: sendStatus(200, { 'content-type': 'text/html' }, '<html>Bad gateway</html>') },
  'answers with half of JSON': { answer: sendStatus(200, {}, '{"a": [1, 2') },
  'answers with a list': { answer: sendStatus(200, {}, '[]'), mayProveKey: true },
  'answers with too much': {
    answer(_path, response) {
      response.writeHead(200, { 'content-type': 'application/json' })
      for (let sent = 0; sent < HUGE_MEBIBYTES; sent++) response.write(MEBIBYTE)
      response.end('{}')
    }
  },
  'hangs up': { answer: (_path, response) => void response.socket?.destroy() }
}

/** Never ends. */
export const sendNothing: Send = (_path, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write(' ')
}
