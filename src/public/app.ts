// The listener that Wix reaches.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { QuotaBridgeError } from '../errors.ts'
import { livenessRoute } from '../http/health.ts'
import { createListener } from '../http/listener.ts'
import { type AppEventsOptions, appEventsRoute } from './app-events.ts'
import { type QuotaInfoOptions, quotaInfoRoutes } from './quota-info.ts'
import { upgradeRoute } from './upgrade.ts'

const BODY_LIMIT_BYTES = 64 * 1024

export interface PublicRoutesOptions extends QuotaInfoOptions, AppEventsOptions {
  /** In front of the quota call's path. */
  basePath: string
}

/** Every route of this listener. */
export const publicRoutes: FastifyPluginAsyncTypebox<PublicRoutesOptions> = async (
  app,
  { basePath, readAppEvent, connections, ...quotaInfo }
) => {
  app.register(livenessRoute)
  const prefix = basePath.replace(/\/+$/, '')
  app.register(quotaInfoRoutes, { prefix, ...quotaInfo })
  app.register(appEventsRoute, { readAppEvent, connections })
  const { links, quotas } = quotaInfo
  if (links) app.register(upgradeRoute, { links, quotas })
}

/** Builds the public listener, not yet listening. */
export function buildPublicApp({ logger, ...options }: PublicRoutesOptions & { logger: FastifyBaseLogger }) {
  const app = createListener({ logger, bodyLimitBytes: BODY_LIMIT_BYTES })
  readBodiesAsText(app)
  app.register(publicRoutes, options)
  return app
}

/** Whatever its content type says, or fails to say, a body is a text: Wix's own samples and guides differ on it. */
function readBodiesAsText(
  app: Pick<FastifyInstance, 'removeAllContentTypeParsers' | 'addHook' | 'addContentTypeParser'>
): void {
  app.removeAllContentTypeParsers()
  app.addHook('onRequest', async request => {
    request.raw.headers['content-type'] = 'text/plain'
  })
  app.addContentTypeParser('text/plain', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(body)
    } catch {
      throw new QuotaBridgeError('INVALID_SIGNATURE', {
        message: 'The body is not UTF-8 text, so it is not a compact JWS.'
      })
    }
  })
}
