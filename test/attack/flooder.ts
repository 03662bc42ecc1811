// Sends forged calls over many sockets until it is told to stop: node flooder.ts URL SOCKETS
import { Pool, request } from 'undici'

const [url = '', sockets = '1'] = process.argv.slice(2)
const pool = new Pool(new URL(url).origin, { connections: Number(sockets), pipelining: 1 })
const forged = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from('{"iss":"wix.com"}').toString('base64url')}.${'A'.repeat(342)}`
let answers = 0

async function flood(): Promise<never> {
  for (;;) {
    try {
      const { body } = await request(new URL('v1/quota-info', url), { method: 'POST', body: forged, dispatcher: pool })
      await body.dump()
      answers++
    } catch {
      // A refused socket is opened again.
    }
  }
}

process.on('message', () => process.send?.(answers, () => process.exit(0)))
for (let socket = 0; socket < Number(sockets); socket++) void flood()
