// The listener that Wix reaches, with whatever is in force at the moment of each call.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { durationMs } from '../config/durations.ts'
import type { Configuration } from '../config/load.ts'
import { listen } from '../http/listen.ts'
import { forKnownFields } from '../logging.ts'
import type { Publish } from '../observe/events.ts'
import type { Tracing } from '../observe/tracing.ts'
import type { Presenter } from '../presentation/presenter.ts'
import type { ConnectTokens } from '../providers/connect-tokens.ts'
import { buildPublicApp } from '../public/app.ts'
import type { PublicAction } from '../public/quota-info.ts'
import type { UpgradeLinks } from '../public/upgrade-links.ts'
import type { QuotaService } from '../quota/service.ts'
import type { Store } from '../store/index.ts'
import { createConnectPage } from './connect-page.ts'
import type { Current } from './current.ts'

export interface PublicSideOptions {
  configuration: Configuration
  /** In force at this moment. */
  current: () => Current
  store: Store
  links: UpgradeLinks | undefined
  logger: Logger
  publish: Publish
  tracing: Tracing | undefined
  isStopping: () => boolean
  connectTokens: ConnectTokens
  /** Whatever is in force at the moment of a call. */
  ask: QuotaService<PublicAction>['ask']
  presenter: Presenter
  language: () => string
  /** Milliseconds since 1970. */
  now: () => number
}

export interface PublicSide {
  /** The loggers that it made; each keeps a level of its own. */
  loggers: readonly Pick<Logger, 'level'>[]
  /** Gives the base of the deployment URI. @throws {ListenError} when the address cannot be listened on */
  listen(): Promise<string>
  /** Takes calls for a while, as is configured, then answers those under way. */
  close(): Promise<void>
}

export function createPublicSide(options: PublicSideOptions): PublicSide {
  const { configuration, current, store, links, logger, publish, tracing, isStopping } = options
  const { connectTokens, ask, presenter, language, now } = options
  const { server } = configuration
  const publicLog = logger.child({ listener: 'public' })
  const callLog = forKnownFields(publicLog)
  const app = buildPublicApp({
    logger: publicLog,
    callLog,
    basePaths: configuration.basePaths,
    forward: configuration.forward,
    maxConcurrentCalls: server.maxConcurrentCalls,
    readEnvelope: text => current().readEnvelope(text),
    readAppEvent: text => current().readAppEvent(text),
    connections: store.connections,
    origins: store.origins,
    quotas: {
      ask,
      upgradeUrl: (...target) => current().quotas.upgradeUrl(...target)
    },
    ...(links && { links }),
    connectTokens,
    connect: createConnectPage(configuration, { store, connectTokens, current, publish, now }),
    presenter,
    language,
    isStopping,
    publish,
    beginCall: tracing?.beginCall,
    ...(server.trustProxy && { trustProxy: server.trustProxy })
  })
  return {
    // Fastify makes loggers of its own from those that it is given.
    loggers: [callLog, app.log],
    async listen() {
      const origin = await listen(app, { section: 'server', portVariable: 'PORT', ...server })
      return `${origin}${server.basePath.replace(/\/*$/, '/')}`
    },
    async close() {
      await sleep(durationMs(server.drain))
      await app.close()
    }
  }
}
