// Prism's validation proxy in front of a server: it refuses whatever is not as openapi.yaml says, in either direction.
import { createServer } from 'node:net'
import type { Test } from 'tap'
import { run } from './process.ts'

/** Starts the proxy in front of an origin, and gives its own. */
export async function startPrism(t: Test, document: string, origin: string): Promise<string> {
  const port = await freePort()
  const prism = run(t, 'node_modules/@stoplight/prism-cli/dist/index.js', [
    'proxy',
    document,
    origin,
    '--errors',
    '--port',
    String(port),
    '--host',
    '127.0.0.1'
  ])
  await prism.until(/Prism is listening/)
  return `http://127.0.0.1:${port}`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
