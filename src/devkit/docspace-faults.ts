// The ways in which an upstream can fail, each as real bytes on a real socket.
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

const HUGE_BYTES = 300 * 1024 * 1024
const TENANT_ERROR = {
  error: {
    message: 'Could not resolve current tenant :-(.',
    type: 'System.Exception',
    stack: '   at ASC.Core.TenantManager.GetCurrentTenant(Boolean throwIfNotFound)',
    hresult: -2146233088
  },
  status: 1,
  statusCode: 500
}
const HTML = '<html><head><title>502 Bad Gateway</title></head><body><center>openresty</center></body></html>'

function send(status: number, body: string, headers: Record<string, string> = {}) {
  return (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(body)
  }
}

const html = { 'content-type': 'text/html' }
const problem = (status: number, title: string) =>
  send(status, JSON.stringify({ type: 'about:blank', title, status, traceId: '00-0-0-00' }), {
    'content-type': 'application/problem+json'
  })

function* spaces(bytes: number) {
  const chunk = Buffer.alloc(1024 * 1024, ' ')
  for (let left = bytes; left > 0; left -= chunk.length) yield chunk
}

/** What happens instead of an answer; `good` is the answer that would have been given. */
export const faults = {
  'bad-key': send(401, ''),
  'narrow-scope': send(403, ''),
  'portal-busy': problem(403, 'Forbidden'),
  'portal-removed': problem(404, 'Not Found'),
  'unknown-portal': send(500, JSON.stringify(TENANT_ERROR)),
  'status-418': send(418, '{}'),
  'status-429': send(429, ''),
  'status-429-retry-after': send(429, '', { 'retry-after': '7' }),
  'status-429-retry-after-date': (response: ServerResponse) =>
    send(429, '', { 'retry-after': new Date(Date.now() + 90_000).toUTCString() })(response),
  'status-500': send(500, '{"error":{"message":"boom","stack":"   at Some.Where()"},"status":1,"statusCode":500}'),
  'status-502': send(502, HTML, html),
  'status-503': send(503, HTML, html),
  'status-503-retry-after': send(503, HTML, { ...html, 'retry-after': '9' }),
  redirect: send(302, '', { location: 'https://example.com/elsewhere' }),
  html: send(200, HTML, html),
  'wrong-content-type': (response: ServerResponse, good: string) =>
    send(200, good, { 'content-type': 'text/plain' })(response),
  'not-json': send(200, 'Could not resolve current tenant'),
  'half-json': (response: ServerResponse, good: string) => send(200, good.slice(0, good.length / 2))(response),
  'half-body': (response: ServerResponse, good: string) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(good) })
    response.write(good.slice(0, good.length / 2))
    setTimeout(() => response.destroy(), 20)
  },
  'wrong-schema': send(200, '{"response":{"id":"-9","features":{}},"status":0,"statusCode":200}'),
  'no-response': send(200, '{"count":0,"links":[],"status":0,"statusCode":200}'),
  'error-in-200': send(
    200,
    '{"error":{"message":"Access denied","stack":"   at Some.Where()"},"status":1,"statusCode":403}'
  ),
  'not-http': (response: ServerResponse) => void response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n'),
  reset: (response: ServerResponse) => void response.socket?.resetAndDestroy(),
  close: (response: ServerResponse) => void response.socket?.destroy(),
  hang: () => {},
  'slow-headers': (response: ServerResponse, good: string) => {
    setTimeout(() => send(200, good)(response), 6000).unref()
  },
  'byte-a-second': (response: ServerResponse, good: string) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    let sent = 0
    const timer = setInterval(() => response.write(good.slice(sent, ++sent)), 1000).unref()
    response.on('close', () => clearInterval(timer))
  },
  huge: (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    Readable.from(spaces(HUGE_BYTES)).pipe(response)
  }
} satisfies Record<string, (response: ServerResponse, good: string) => unknown>

export type Fault = keyof typeof faults
export const faultNames = Object.keys(faults).filter((name): name is Fault => Object.hasOwn(faults, name))
