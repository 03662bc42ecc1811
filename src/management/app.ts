// The listener that only the operator reaches: health without a token, everything else with one.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { livenessRoute } from '../http/health.ts'
import { createListener } from '../http/listener.ts'
import type { LogLevel } from '../logging.ts'
import type { Metrics } from '../observe/metrics.ts'
import { createPreview, type PreviewOptions } from '../preview/preview.ts'
import type { SharedConnections } from '../providers/shared-connections.ts'
import type { Source } from '../quota/source.ts'
import type { Store } from '../store/index.ts'
import { apiDocumentRoute } from './api-document.ts'
import { auditRoute } from './audit.ts'
import { type ConfigurationRoutesOptions, configurationRoutes } from './configuration.ts'
import { type ConnectTokensRouteOptions, connectTokensRoute } from './connect-tokens.ts'
import { createSiteCheck } from './connection-check.ts'
import { connectionListRoute } from './connection-list.ts'
import { type ConnectionRoutesOptions, connectionRoutes } from './connections.ts'
import { metricsRoute } from './metrics.ts'
import { pageRoutes } from './pages.ts'
import { previewRoutes } from './preview.ts'
import { type ReadinessOptions, readinessRoute } from './readiness.ts'
import { sharedConnectionRoute } from './shared-connection.ts'
import { createSignIn, signInRoutes } from './sign-in.ts'
import { createTokenGuard, type NamedToken } from './tokens.ts'

const BODY_LIMIT_BYTES = 16 * 1024

export interface ManagementRoutesOptions extends Omit<ConnectionRoutesOptions, 'connections'> {
  /** Any of these opens the API. */
  tokens: () => readonly NamedToken[]
  metrics: Pick<Metrics, 'read'>
  /** What else opens the metrics, and nothing but them: one of these tokens, or nothing being asked for. */
  metricsAccess: { tokens: () => readonly NamedToken[]; isOpen: boolean }
  store: Pick<Store, 'connections' | 'audit' | 'health' | 'oneUses'>
  connectTokens: ConnectTokensRouteOptions['connectTokens']
  shared: Pick<SharedConnections, 'check' | 'health'>
  /** Whether the store outlives the process: only then is there something to manage, and to be lost. */
  isStoreKept: boolean
  /** Whether the service has been told to stop. */
  isStopping: () => boolean
  /** Reads the configuration's file again; absent where there is none. */
  reload?: ConfigurationRoutesOptions['reload'] | undefined
  levels: LogLevel
  workers?: ReadinessOptions['workers']
  /** What site owners would read. */
  previews: Omit<PreviewOptions, 'now'>
  /** By name, as they are at this moment. */
  providers: () => ReadonlyMap<string, Source>
}

/** Every route of this listener but the liveness check, which both listeners have. */
export const managementRoutes: FastifyPluginAsyncTypebox<ManagementRoutesOptions> = async (
  app,
  {
    tokens,
    metrics,
    metricsAccess,
    store,
    shared,
    isStoreKept,
    isStopping,
    reload,
    levels,
    workers,
    connectTokens,
    previews,
    providers,
    ...options
  }
) => {
  const { sources, now } = options
  app.register(readinessRoute, {
    isStopping,
    sources,
    shared,
    workers,
    ...(isStoreKept && { checkStore: store.health })
  })
  app.decorateRequest('actor', '')
  const requireToken = createTokenGuard(app.log)
  const signIn = createSignIn(tokens, now)
  app.register(pageRoutes, { language: previews.language })
  app.register(signInRoutes, { signIn, tokens, requireToken })
  app.register(async read => {
    const { isOpen } = metricsAccess
    if (!isOpen)
      read.addHook(
        'onRequest',
        requireToken(() => [...tokens(), ...metricsAccess.tokens()])
      )
    read.register(metricsRoute, { metrics, isOpen })
  })
  app.register(async guarded => {
    guarded.addHook(
      'onRequest',
      requireToken(() => [...tokens(), ...signIn.sessions()])
    )
    guarded.register(apiDocumentRoute)
    guarded.register(configurationRoutes, { reload, levels })
    const preview = createPreview({ ...previews, now })
    guarded.register(previewRoutes, { preview, actions: previews.actions, providers, isStoreKept })
    const checkSite = createSiteCheck(store.connections, now, options.publish)
    guarded.register(sharedConnectionRoute, { sources, shared, ...(isStoreKept && { checkSite }) })
    if (!isStoreKept) return
    guarded.register(connectionRoutes, { connections: store.connections, ...options })
    guarded.register(connectionListRoute, { connections: store.connections, ...options })
    guarded.register(connectTokensRoute, { connectTokens, oneUses: store.oneUses })
    guarded.register(auditRoute, { audit: store.audit })
  })
}

/** Builds the management listener, not yet listening. */
export function buildManagementApp({ logger, ...options }: ManagementRoutesOptions & { logger: FastifyBaseLogger }) {
  const app = createListener({ logger, bodyLimitBytes: BODY_LIMIT_BYTES, isStopping: options.isStopping })
  readBodiesAsJson(app)
  app.register(livenessRoute)
  app.register(managementRoutes, options)
  return app
}

/** Whatever its content type says, a body is JSON; without a body there is none to say anything about. */
function readBodiesAsJson(app: Pick<FastifyInstance, 'addHook'>): void {
  app.addHook('onRequest', async request => {
    const { headers } = request.raw
    const empty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
    if (empty) delete headers['content-type']
    else headers['content-type'] = 'application/json'
  })
}
