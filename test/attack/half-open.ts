// 500 clients send nonsense and never close: none of their descriptors is held, and stopping waits for none.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { openRaw } from '../helpers/raw-socket.ts'
import { descriptorsOf, startAttacked } from './service.ts'

const SOCKETS = 500
const STOPS_WITHIN_MS = 2000

export async function halfOpenSockets(): Promise<{ ok: boolean; figure: string }> {
  const { child, url, stop } = await startAttacked()
  const before = await descriptorsOf(child)
  const sockets = Array.from({ length: SOCKETS }, (_, number) => {
    const socket = openRaw(url)
    socket.allowHalfOpen = true
    socket.on('error', () => {}).resume()
    socket.write(number % 2 ? 'NONSENSE\r\n\r\n' : `GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`)
    return socket
  })
  await sleep(5000)
  const held = (await descriptorsOf(child)) - before
  const started = performance.now()
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  const stoppedMs = performance.now() - started
  for (const socket of sockets) socket.destroy()
  await stop()
  return {
    ok: held <= 5 && code === 0 && stoppedMs < STOPS_WITHIN_MS,
    figure: `${held} of ${SOCKETS} descriptors held after 5 s; stopped in ${stoppedMs.toFixed(0)} ms with ${code}`
  }
}
