// Whatever arrives that is no page of ours: the rest of an action's methods, since Wix sends them all to one base URI.
import type { FastifyInstance } from 'fastify'
import { QuotaBridgeError } from '../errors.ts'
import type { Publish } from '../observe/events.ts'
import { decide } from './forward/decide.ts'
import { createForwarder, type ForwardTarget, unfit } from './forward/forward.ts'

export interface ElsewhereOptions {
  /** Every path under which Wix asks for quotas; each ends in a slash. */
  basePaths: readonly string[]
  /** Whether the page for connecting sites is there. */
  hasConnectPage: boolean
  /** The maker's own servers; none means that nothing is passed on. */
  forward: readonly ForwardTarget[]
  /** Hears of each call that is passed on. */
  publish: Publish
}

/**
 * Takes over what the router found no route for before anything of it is parsed, and answers it. To be called on the
 * listener itself: what the router does not find belongs to no plugin.
 */
export function answerElsewhere(
  app: Pick<FastifyInstance, 'addHook' | 'server'>,
  { basePaths, hasConnectPage, forward, publish }: ElsewhereOptions
): void {
  if (forward.length === 0) {
    const bases = basePaths.map(basePath => ({ basePath }))
    app.addHook('onRequest', async request => {
      if (request.is404) throw explain(request.raw.url ?? '', bases)
    })
    return
  }
  const forwarder = createForwarder(publish)
  // Not when Fastify begins to close: calls under way still need the connections.
  app.server.once('close', () => void forwarder.close())
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return
    const verdict = decide(request.raw.url ?? '', forward, hasConnectPage)
    if (verdict.kind === 'refused') throw unfit(verdict.reason)
    if (verdict.kind !== 'below') throw new QuotaBridgeError('NOT_FOUND')
    await forwarder.pass(verdict.base, verdict.rest, request, reply)
  })
}

/** Without `forward` the maker must learn at once why the automation fails. */
function explain(url: string, bases: readonly { basePath: string }[]): QuotaBridgeError {
  if (decide(url, bases).kind !== 'below') return new QuotaBridgeError('NOT_FOUND')
  return new QuotaBridgeError('NOT_FOUND', {
    message: 'Nobody answers this path: Quota Bridge answers quota calls, and passes nothing on.',
    remedy:
      "Set forward: { to: … } in the configuration to the server that answers the action's other methods, or let a proxy in front send only v1/quota-info here."
  })
}
