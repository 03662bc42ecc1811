// A maker's own server, which answers at once.
import { createServer } from 'node:http'

const BODY = JSON.stringify({ done: true })
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length }).end(BODY)
  })
})
// Longer than what is measured between: a socket that is closed as it is used again fails its call.
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') process.stdout.write(`listening at http://127.0.0.1:${address?.port}/\n`)
})
