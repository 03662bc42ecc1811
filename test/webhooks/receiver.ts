// A receiver of webhooks, which believes only what is signed as Standard Webhooks says, by a library that is not ours.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import type { Test } from 'tap'
import type { NoticeType } from '../../src/webhooks/notice.ts'

export const SECRET = `whsec_${Buffer.from('a secret for tests, of 32 bytes.').toString('base64')}`
export const ALL: NoticeType[] = [
  'connection.failing',
  'connection.recovered',
  'key.expiring',
  'quota.near-limit',
  'quota.reached'
]

export interface Told {
  type: string
  timestamp: string
  data: Record<string, unknown>
}

export interface Receiver {
  url: string
  /** An entry of the configuration. */
  webhook: { url: string; secret: string; on: NoticeType[]; allowPrivateHosts: boolean }
  /** Requests, in order. */
  tries: { headers: IncomingHttpHeaders; body: string }[]
  /** What was taken, each verified. */
  told: Told[]
  /** How it answers from now on. */
  status: number
  /** Waits until so many were taken, and a moment longer. */
  until(count: number): Promise<Told[]>
}

export async function startReceiver(t: Pick<Test, 'teardown'>, on: NoticeType[] = ALL): Promise<Receiver> {
  const verifier = new Webhook(SECRET)
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    receiver.tries.push({ headers: request.headers, body })
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature']
    const headers = Object.fromEntries(names.map(name => [name, String(request.headers[name])]))
    verifier.verify(body, headers)
    if (receiver.status === 200) receiver.told.push(JSON.parse(body))
    response.writeHead(receiver.status, { location: '/elsewhere' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/hooks?token=sk-token-in-an-address`
  const receiver: Receiver = {
    url,
    webhook: { url, secret: SECRET, on, allowPrivateHosts: true },
    tries: [],
    told: [],
    status: 200,
    async until(count) {
      while (receiver.told.length < count) await sleep(10)
      await sleep(50)
      return receiver.told
    }
  }
  return receiver
}
