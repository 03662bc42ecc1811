// The limit of passing on: node:http to node:http over kept connections, and nothing else. The target is the third argument.
import { Agent, createServer, request } from 'node:http'
import { tell } from './listen.ts'

const target = new URL(process.argv[3] ?? '')
const agent = new Agent({ keepAlive: true })
const server = createServer((incoming, outgoing) => {
  const { method, url: path, headers } = incoming
  const { hostname, port } = target
  const passedOn = request({ agent, hostname, port, method, path, headers }, answer => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  passedOn.on('error', () => outgoing.writeHead(502).end())
  incoming.pipe(passedOn)
})
server.listen(0, '127.0.0.1')
tell(server)
