// The listener that Wix reaches.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { QuotaBridgeError } from '../errors.ts'
import type { OnRefused } from '../http/errors.ts'
import { livenessRoute } from '../http/health.ts'
import { createListener, refuseLateBodies } from '../http/listener.ts'
import type { Publish } from '../observe/events.ts'
import type { BeginCall } from '../observe/tracing.ts'
import { decodeUtf8 } from '../utf8.ts'
import { type AppEventsOptions, appEventsRoute } from './app-events.ts'
import { type ConnectRouteOptions, connectRoute } from './connect/route.ts'
import { answerElsewhere } from './elsewhere.ts'
import { createForgeries } from './forgeries.ts'
import type { ForwardTarget } from './forward/forward.ts'
import { refuseWhileLate } from './overload.ts'
import { type QuotaInfoOptions, quotaInfoRoutes } from './quota-info.ts'
import { createRefusals } from './refusals.ts'
import { upgradeRoute } from './upgrade.ts'

const BODY_LIMIT_BYTES = 64 * 1024
/** Within which a whole request has arrived, where it is answered here. */
const REQUEST_TIMEOUT_MS = 10_000

/** What the page for connecting sites needs beside what all of this listener has. */
export type ConnectPage = Omit<ConnectRouteOptions, 'language' | 'presenter' | 'canBelieveAddresses' | 'onRefused'>

export interface PublicRoutesOptions extends Omit<QuotaInfoOptions, 'places' | 'forgeries'>, AppEventsOptions {
  /** Whether a request's address is its caller's: behind a proxy, when server.trustProxy says so. */
  canBelieveAddresses: boolean
  /** In front of the quota call's path. */
  basePaths: readonly string[]
  /** The page for connecting sites; absent where there is none. */
  connect?: ConnectPage | undefined
  /** Hears of each call that was refused to such a page. */
  onRefused?: OnRefused
}

/** Every route of this listener. */
export const publicRoutes: FastifyPluginAsyncTypebox<PublicRoutesOptions> = async (
  app,
  { basePaths, readAppEvent, connections, origins, canBelieveAddresses, connect, onRefused, ...given }
) => {
  app.register(livenessRoute)
  const quotaInfo = { ...given, places: { underWay: 0 }, forgeries: createForgeries({ canBelieveAddresses }) }
  app.register(async calls => {
    await refuseWhileLate(calls)
    for (const basePath of basePaths) {
      calls.register(quotaInfoRoutes, { prefix: basePath.replace(/\/+$/, ''), ...quotaInfo })
    }
    calls.register(appEventsRoute, { readAppEvent, connections, origins })
    const { links, quotas, language, presenter } = quotaInfo
    if (links) calls.register(upgradeRoute, { links, quotas, language })
    if (connect) calls.register(connectRoute, { ...connect, language, presenter, canBelieveAddresses, onRefused })
  })
}

export interface PublicAppOptions extends Omit<PublicRoutesOptions, 'canBelieveAddresses' | 'onRefused' | 'log'> {
  logger: FastifyBaseLogger
  /** For the line of each answer; `logger` when left out. */
  callLog?: PublicRoutesOptions['log']
  /** The maker's own servers, to which all else under their base paths goes. */
  forward: readonly ForwardTarget[]
  /** Addresses and networks of proxies in front that are believed in what they say of the caller's address. */
  trustProxy?: string[]
  isStopping: () => boolean
  /** Hears of every call. */
  publish: Publish
  /** Begins the trace of a call; absent where nothing is traced. */
  beginCall?: BeginCall | undefined
}

/** Builds the public listener, not yet listening. */
export function buildPublicApp({
  logger,
  callLog = logger,
  forward,
  trustProxy,
  isStopping,
  publish,
  beginCall,
  ...options
}: PublicAppOptions) {
  const onRefused = createRefusals(publish)
  const app = createListener({
    logger,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    isStopping,
    onRefused,
    watch: { publish, beginCall },
    ...(trustProxy !== undefined && { trustProxy }),
    // Node knows one time for all requests; what is answered here keeps its own.
    requestTimeoutMs: Math.max(REQUEST_TIMEOUT_MS, ...forward.map(({ timeoutMs }) => timeoutMs))
  })
  answerElsewhere(app, {
    basePaths: options.basePaths,
    hasConnectPage: options.connect !== undefined,
    forward,
    publish
  })
  // A context of their own: what is passed on meets neither the reading of bodies nor its limits.
  app.register(async own => {
    refuseLateBodies(own, REQUEST_TIMEOUT_MS)
    readBodiesAsText(own)
    own.register(publicRoutes, { ...options, log: callLog, canBelieveAddresses: trustProxy !== undefined, onRefused })
  })
  return app
}

/** Whatever its content type says, or fails to say, a body is a text: Wix's own samples and guides differ on it. */
function readBodiesAsText(
  app: Pick<FastifyInstance, 'removeAllContentTypeParsers' | 'addHook' | 'addContentTypeParser'>
): void {
  app.removeAllContentTypeParsers()
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = 'text/plain'
    done()
  })
  app.addContentTypeParser('text/plain', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => {
    try {
      return decodeUtf8(body)
    } catch {
      throw new QuotaBridgeError('INVALID_SIGNATURE', {
        message: 'The body is not UTF-8 text, so it is not a compact JWS.'
      })
    }
  })
}
