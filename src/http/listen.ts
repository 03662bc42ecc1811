// Opening a listener, and why that may fail, in a sentence.
import type { createListener } from './listener.ts'

/** An address that cannot be listened on. The message says why and what to do, by keys of the configuration alone. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  readonly code: string

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause })
    this.code = code
  }
}

export interface Address {
  /** The section of the configuration that says where to listen, and the variable that overrides its port. */
  section: string
  portVariable: string
  host: string
  port: number
}

/**
 * Listens, and gives the origin under which it can be reached.
 * @throws {ListenError} when the address cannot be listened on
 */
export async function listen(app: ReturnType<typeof createListener>, address: Address): Promise<string> {
  const { host, port } = address
  // Fastify would log a line of its own for every address; ours says more in one.
  const { level } = app.log
  app.log.level = 'warn'
  try {
    await app.listen({ host, port })
  } catch (error) {
    throw listenError(error, address)
  }
  app.log.level = level
  const bound = app.server.address()
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${typeof bound === 'object' && bound ? bound.port : port}`
}

/** By the system's error code: https://nodejs.org/api/errors.html#common-system-errors */
function listenError(error: unknown, { section, portVariable, port }: Address): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const otherPort = `choose another with ${section}.port or ${portVariable}`
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} is taken by another program; stop that one, or ${otherPort}`,
    EACCES: `this user may not listen on port ${port}; ${otherPort}, 1024 or more`,
    EADDRNOTAVAIL: `${section}.host is no address of this machine; 0.0.0.0 stands for all that it has`,
    ENOTFOUND: `${section}.host is a name that leads to no address; 0.0.0.0 stands for all that this machine has`,
    EAI_AGAIN: `${section}.host is a name that cannot be looked up now; 0.0.0.0 stands for all that this machine has`
  }
  const reason = reasons[code]
  return reason === undefined ? error : new ListenError(code, reason, error)
}
