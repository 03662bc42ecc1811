// Prism's validation proxy in front of a server: it refuses whatever is not as openapi.yaml says, in either direction.
import type { Test } from 'tap'
import { freePort } from './free-port.ts'
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
