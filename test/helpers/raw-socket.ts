// HTTP as bytes, for requests that no client library would write.
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Writes bytes to a server, and gives what comes until it hangs up, one character a byte. */
export function sendRaw(origin: string, ...pieces: (string | Uint8Array)[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = openRaw(origin)
  let text = ''
  socket.setEncoding('latin1')
  socket.on('data', chunk => {
    text += chunk
  })
  socket.on('close', () => resolve(text)).on('error', reject)
  for (const piece of pieces) socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)
  return promise
}

/** Sends on for a while and reads only then, as clients do that look for an answer when all is sent; gives what came, however it ended. */
export async function sendOnThenRead(origin: string, head: string, piece: string): Promise<string> {
  const socket = openRaw(origin)
  const over = new Promise(resolve => socket.on('error', resolve).on('close', resolve))
  socket.write(head)
  for (let sent = 0; sent < 10; sent++) {
    socket.write(piece)
    await sleep(20)
  }
  let text = ''
  socket.on('data', chunk => {
    text += chunk
  })
  await over
  return text
}

export function openRaw(origin: string): Socket {
  const { hostname, port } = new URL(origin)
  return connect(Number(port), hostname)
}

/** The status line's code. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])
}
