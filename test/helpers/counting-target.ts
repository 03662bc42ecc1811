// A server as a process of its own that can be killed: notes every call it has received whole in a file, then answers after a moment.
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'

const [port, file, delayMs] = process.argv.slice(2)
const idle = new Set<Socket>()

const server = createServer((request, response) => {
  idle.delete(request.socket)
  request.resume().on('end', () => {
    appendFileSync(file ?? '', `${request.headers['x-call']}\n`)
    setTimeout(() => response.end('done'), Number(delayMs))
  })
  response.on('finish', () => idle.add(request.socket))
})
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'))
process.on('SIGUSR2', () => {
  for (const socket of idle) socket.resetAndDestroy()
  idle.clear()
})
