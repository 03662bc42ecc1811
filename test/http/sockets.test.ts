// What a socket may cost: nothing is held for whoever was refused, or sends too slowly.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startBridge } from '../helpers/bridge.ts'
import { openRaw, sendRaw, statusOf } from '../helpers/raw-socket.ts'

const jsonOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))
const sockets = () => process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length

t.test('after a raw refusal the socket is gone, also when the other side never closes', async t => {
  const { service } = await startBridge(t)
  const before = sockets()
  const kept = Array.from({ length: 50 }, (_, number) => {
    const socket = openRaw(service.publicUrl)
    // Half open: what the server ends stays open on this side.
    socket.allowHalfOpen = true
    socket.on('error', () => {})
    socket.write(number % 2 ? 'NONSENSE\r\n\r\n' : `GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`)
    return socket
  })
  const answers = await Promise.all(
    kept.map(async socket => {
      let text = ''
      for await (const piece of socket.setEncoding('latin1')) text += piece
      return statusOf(text)
    })
  )
  t.strictSame(new Set(answers), new Set([400, 431]), 'each could read why')
  await sleep(1200)
  // Ours are still there; those of the server, in the same process, are not.
  t.ok(sockets() - before <= kept.length, `${sockets() - before} sockets`)
  const started = performance.now()
  await service.close()
  t.ok(performance.now() - started < 1000, 'and closing waits for none of them')
  for (const socket of kept) socket.destroy()
})

t.test('headers or a body that trickle in are refused within 15 s', async t => {
  const { service } = await startBridge(t)
  const trickle = async (head: string) => {
    const socket = openRaw(service.publicUrl)
    let text = ''
    socket.setEncoding('latin1').on('data', piece => {
      text += piece
    })
    socket.on('error', () => {})
    const ended = new Promise(resolve => socket.once('close', resolve))
    socket.write(head)
    const timer = setInterval(() => socket.write('ab'), 1000)
    const started = performance.now()
    await ended
    clearInterval(timer)
    return { status: statusOf(text), seconds: (performance.now() - started) / 1000 }
  }
  const all = await Promise.all([
    trickle('POST /v1/quota-info HTTP/1.1\r\nhost: a\r\ncontent-length: 5000\r\n\r\n'),
    trickle('POST /v1/quota-info HTTP/1.1\r\nhost: a\r\nx-slow: ')
  ])
  for (const { status, seconds } of all) {
    t.equal(status, 408)
    t.ok(seconds < 15, `${seconds} s`)
  }
})

t.test('a request without a host is refused in our form; HTTP/1.0 needs none', async t => {
  const { service } = await startBridge(t)
  const refused = await sendRaw(service.publicUrl, 'GET /health/live HTTP/1.1\r\nconnection: close\r\n\r\n')
  t.equal(statusOf(refused), 400)
  t.match(jsonOf(refused), { message: /names no host/, applicationError: { code: 'INVALID_REQUEST' } })
  t.equal(statusOf(await sendRaw(service.publicUrl, 'GET /health/live HTTP/1.0\r\n\r\n')), 200)
})
