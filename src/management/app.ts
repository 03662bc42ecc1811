// The listener that only the operator reaches: health without a token, everything else with one.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger } from 'fastify'
import { livenessRoute } from '../http/health.ts'
import { createListener } from '../http/listener.ts'
import { apiDocumentRoute } from './api-document.ts'
import { requireToken } from './token.ts'

const BODY_LIMIT_BYTES = 16 * 1024

export interface ManagementRoutesOptions {
  /** Any of these opens the API. */
  tokens: readonly string[]
}

/** Every route of this listener that needs a token. */
export const managementRoutes: FastifyPluginAsyncTypebox<ManagementRoutesOptions> = async (app, { tokens }) => {
  app.addHook('onRequest', requireToken(tokens))
  app.register(apiDocumentRoute)
}

/** Builds the management listener, not yet listening. */
export function buildManagementApp({ logger, ...options }: ManagementRoutesOptions & { logger: FastifyBaseLogger }) {
  const app = createListener({ logger, bodyLimitBytes: BODY_LIMIT_BYTES })
  app.register(livenessRoute)
  app.register(managementRoutes, options)
  return app
}
