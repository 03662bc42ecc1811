// The maker's own server of `npm run bench:forward`: answers /slow after five seconds, /sink when it has
// the body, and /echo with the body.
import { createServer } from 'node:http'

const SLOW_MS = 5000

const server = createServer((request, response) => {
  if (request.url?.endsWith('/slow')) {
    request.resume()
    setTimeout(() => response.end('done'), SLOW_MS)
  } else {
    if (request.url?.endsWith('/sink')) request.resume().on('end', () => response.end('ok'))
    else request.pipe(response)
  }
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}\n`)
})
