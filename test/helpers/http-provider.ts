// A provider of type http in tests: its settings in short, an API on this machine, and what it tells.
import { createServer, type IncomingMessage } from 'node:http'
import type { Test } from 'tap'
import { schemaMistakes } from '../../src/mistakes.ts'
import { http } from '../../src/providers/http/index.ts'
import { type HttpConnection, type HttpSettings, settingsSchema } from '../../src/providers/http/schema.ts'
import { Value } from '../../src/schema.ts'

export const NOW = new Date('2026-11-22T12:34:56.789Z')

/** Settings with their defaults; `written` is what would stand in the file. */
export function settingsOf(written: object): HttpSettings {
  const settings = Value.Default(settingsSchema, structuredClone(written))
  if (Value.Check(settingsSchema, settings)) return settings
  throw new Error(JSON.stringify(schemaMistakes(settingsSchema, settings)))
}

export interface Call {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

export interface ApiAnswer {
  status?: number
  headers?: Record<string, string>
  /** Sent as it is. */
  text?: string
  /** Sent as JSON. */
  json?: unknown
  /** Never ends. */
  hang?: boolean
}

/** An API on this machine that answers as it is told, and keeps what it was asked. */
export async function startApi(t: Pick<Test, 'teardown'>, answer: (call: Call) => ApiAnswer | Promise<ApiAnswer>) {
  const calls: Call[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url = '', headers } = request
    const call = { method, url, headers, body: Buffer.concat(chunks).toString() }
    calls.push(call)
    const { status = 200, text, json, hang, ...told } = await answer(call)
    response.writeHead(status, { 'content-type': 'application/json', ...told.headers })
    if (hang) response.write(' ')
    else response.end(text ?? JSON.stringify(json))
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, calls }
}

/** The adapter at work. */
export function startProvider(t: Pick<Test, 'teardown'>, written: object) {
  const warnings: Record<string, string>[] = []
  const provider = http.create(settingsOf({ allowPrivateHosts: true, ...written }), {
    name: 'credits',
    now: () => NOW.getTime(),
    log: { warn: details => void warnings.push(details) }
  })
  t.teardown(() => provider.close())
  const fetch = (connection: HttpConnection = {}, { ms = 5000, planMayHaveChanged = false } = {}) =>
    provider.fetchReport(connection, {
      signal: AbortSignal.timeout(ms),
      deadlineAt: performance.now() + ms,
      planMayHaveChanged
    })
  const check = (connection: HttpConnection = {}) => provider.check(connection, { signal: AbortSignal.timeout(5000) })
  return { provider, warnings, fetch, check }
}
