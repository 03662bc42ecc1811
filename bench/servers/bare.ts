// The limit: node:http, one verification, the claims, a constant answer. `pool` verifies on libuv's threads, else in place.
import { verify } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { answerText, appId, publicKey, tell } from './listen.ts'

const verifyOnPool = promisify(verify)
const check: (signed: Buffer, signature: Buffer) => boolean | Promise<boolean> =
  process.argv[3] === 'pool'
    ? (signed, signature) => verifyOnPool('RSA-SHA256', signed, publicKey, signature)
    : (signed, signature) => verify('RSA-SHA256', signed, publicKey, signature)

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => void respond(request, response, Buffer.concat(chunks).toString()))
})
server.listen(0, '127.0.0.1')
tell(server)

async function respond(_request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
  const end = body.lastIndexOf('.')
  const isSigned = await check(Buffer.from(body.slice(0, end)), Buffer.from(body.slice(end + 1), 'base64url'))
  const payload = isSigned && JSON.parse(Buffer.from(body.split('.')[1] ?? '', 'base64url').toString())
  const seconds = Date.now() / 1000
  const isOurs = payload && payload.aud === appId && payload.iss === 'wix.com'
  const isTimely = payload && payload.iat <= seconds + 60 && payload.exp > seconds - 60
  response.writeHead(isOurs && isTimely ? 200 : 401, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(answerText)
  })
  response.end(answerText)
}
