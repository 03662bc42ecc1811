// The one place where everything is wired together: from a configuration to a service that listens.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { durationMs } from './config/durations.ts'
import type { Configuration } from './config/load.ts'
import { listen } from './http/listen.ts'
import { createLogLevel, forKnownFields, withIds } from './logging.ts'
import { buildManagementApp } from './management/app.ts'
import { createStanding } from './management/metrics-standing.ts'
import { createObserver } from './observe/events.ts'
import { createEventLog } from './observe/log.ts'
import { createMetrics, type MetricsNames } from './observe/metrics.ts'
import type { Tracing } from './observe/tracing.ts'
import { createUpstreamCalls } from './observe/upstream-calls.ts'
import type { Presenter } from './presentation/presenter.ts'
import { noTokens } from './preview/connect-link.ts'
import { createConnectTokens } from './providers/connect-tokens.ts'
import type { SharedConnections } from './providers/shared-connections.ts'
import { buildPublicApp } from './public/app.ts'
import { type PublicAction, withLinks } from './public/quota-info.ts'
import { createUpgradeLinks } from './public/upgrade-links.ts'
import { createWatch } from './public/watch.ts'
import { createReports } from './quota/reports.ts'
import type { QuotaService } from './quota/service.ts'
import { createBackground } from './service/background.ts'
import { createConnectPage } from './service/connect-page.ts'
import type { Current } from './service/current.ts'
import { createLive } from './service/live.ts'
import { createSources } from './service/sources.ts'
import { storeErrorTeller } from './service/store-errors.ts'
import type { StoreCall } from './store/calls.ts'
import { holdStore } from './store/hold.ts'
import { inStore } from './store/in-store.ts'
import { openStore, storeInMemory } from './store/index.ts'
import { demandKeys } from './store/refusal.ts'
import type { Tries } from './webhooks/delivery.ts'

export interface ServiceOptions {
  configuration: Configuration
  /**
   * Reads the configuration again, where it can have changed.
   * @throws {ConfigurationError} with every mistake in it
   */
  readAgain?: (() => Configuration) | undefined
  logger: Logger
  /** Milliseconds since 1970. */
  now?: () => number
  /** Where calls are traced to; the service closes it. Absent where nothing is traced. */
  tracing?: Tracing | undefined
  /** How often a webhook is tried; of the usual length when left out. */
  tries?: Tries | undefined
  /** Starts also on a store of which a large part is under keys that are not configured. */
  force?: boolean
}

export interface Service {
  /** Where Wix reaches it: the base of the deployment URI. */
  publicUrl: string
  /** Where the operator reaches it, if that listener is on. */
  managementUrl?: string
  /**
   * Reads the configuration again and puts it in the place of what is in force; gives the keys of what changed.
   * @throws {QuotaBridgeError} CONFIGURATION_INVALID or RESTART_NEEDED; all is as it was then
   */
  reload(by: string): Promise<readonly string[]>
  /** Stops taking calls, answers those under way, and lets go of everything. */
  close(): Promise<void>
}

/**
 * Starts the service.
 * @throws {ListenError} when an address cannot be listened on, or the database's error; nothing is left open then
 * @throws {StoreRefusal} when the store is another service's, or under other keys
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  // Closed in the reverse order: the listeners first, then what answers their calls, then the store.
  const opened = new AsyncDisposableStack()
  try {
    const service = await open(options, opened)
    let closing: Promise<void> | undefined
    const close = () => {
      closing ??= opened.disposeAsync()
      return closing
    }
    return { ...service, close }
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

async function open(
  { configuration, readAgain, logger: untraced, now = Date.now, tracing, tries, force = false }: ServiceOptions,
  opened: AsyncDisposableStack
): Promise<Omit<Service, 'close'>> {
  const { server, management } = configuration
  opened.defer(() => tracing?.close())
  const logger = tracing ? withIds(untraced, tracing.ids) : untraced
  const onFault = (err: unknown) => logger.error({ err }, 'internal error')
  const observer = createObserver(onFault)
  const eventLog = createEventLog(logger, now)
  observer.subscribe(eventLog.listener)
  opened.defer(() => eventLog.close())
  if (tracing) observer.subscribe(tracing.listener)
  const upstream = createUpstreamCalls()
  observer.subscribe(upstream.listener)
  const watch = createWatch(observer.publish, (key, report) => background.onReport(key, report))
  let stopping = false
  const isStopping = () => stopping
  const onStoreError = storeErrorTeller(logger)
  const kept = configuration.store ?? storeInMemory()
  const held = holdStore(kept.url)
  opened.defer(() => held.release())
  const onCall = (call: StoreCall) => observer.publish({ kind: 'store-called', ...call })
  // What is kept in memory alone is nobody's to look after.
  const watched = configuration.store ? { onCall } : {}
  const store = await openStore({ ...kept, ...watched, onLost: onStoreError, now })
  opened.defer(() => store.close())
  const { rows, foreign } = await demandKeys(store.rotation, force)
  if (foreign > 0)
    logger.warn({ rows, foreign }, 'some rows of the store are under a key that store.encryptionKeys does not name')
  const sources = createSources({ store, now, logger, publish: observer.publish })
  opened.defer(() => sources.close())
  const reports = createReports(store, {
    now,
    onStoreError,
    onFetch: watch.onFetch,
    onUnusable: reason => logger.warn({ reason }, 'a stored report cannot be used; it is fetched anew')
  })
  opened.defer(() => reports.settled())
  const live = createLive({
    configuration,
    read: readAgain ?? (() => configuration),
    sources,
    log: logger,
    isStopping,
    onSwap: current => metrics?.rename(namesIn(current)),
    ...{ reports, watch, publish: observer.publish, onFault, now }
  })
  const { current } = live
  const shared: Pick<SharedConnections, 'check' | 'health'> = {
    check: provider => current().shared.check(provider),
    health: () => current().shared.health()
  }
  observer.subscribe(event => current().shared.listener(event))
  const sourceOf = { get: (name: string) => current().sources.get(name) }
  const background = createBackground({
    ...{ store, now, current, log: logger, tries },
    publish: observer.publish,
    onError: onStoreError
  })
  observer.subscribe(background.listener)
  const { publicUrl } = server
  const links = publicUrl && createUpgradeLinks({ publicUrl, secret: await store.signingKey('upgrade-links'), now })
  const ask: QuotaService<PublicAction>['ask'] = call => current().quotas.ask(call)
  const presenter: Presenter = (...said) => current().presenter(...said)
  const language = () => current().configuration.presentation.language
  const connectTokens = createConnectTokens({ secret: () => inStore(store.signingKey('connect-tokens')), now })
  const publicLog = logger.child({ listener: 'public' })
  const callLog = forKnownFields(publicLog)
  const publicApp = buildPublicApp({
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
    connect: createConnectPage(configuration, { store, connectTokens, current, publish: observer.publish, now }),
    presenter,
    language,
    isStopping,
    publish: observer.publish,
    beginCall: tracing?.beginCall,
    ...(server.trustProxy && { trustProxy: server.trustProxy })
  })
  const isStoreKept = configuration.store !== undefined
  const standing = createStanding({ shared, store: isStoreKept ? store : undefined })
  // Without that listener nobody could read them.
  const metrics = management && createMetrics({ ...namesIn(current()), standing, now })
  if (metrics) observer.subscribe(metrics.listener)
  // Fastify makes loggers of its own from those that it is given.
  const lasting = () => [untraced, logger, callLog, publicApp.log, ...(managementApp ? [managementApp.log] : [])]
  const managementApp =
    management &&
    metrics &&
    buildManagementApp({
      logger: logger.child({ listener: 'management' }),
      tokens: () => current().configuration.management?.tokens ?? [],
      metrics,
      metricsAccess: {
        isOpen: management.metrics.isOpen,
        tokens: () => current().configuration.management?.metrics.tokens ?? []
      },
      store,
      shared,
      connectTokens,
      isStoreKept,
      sources: sourceOf,
      markPlan: reports.markPlan,
      publish: observer.publish,
      now,
      isStopping,
      reload: readAgain && live.reload,
      levels: createLogLevel(lasting),
      providers: () => current().sources,
      previews: {
        ...{ ask, presenter, language, upstream },
        actions: () => current().actions,
        linked: result =>
          withLinks(result, { languages: [] }, { ...(links && { links }), connectTokens: noTokens, language })
      }
    })
  // Readiness is told until the last call was answered.
  opened.defer(() => managementApp?.close())
  opened.defer(async () => {
    await sleep(durationMs(server.drain))
    await publicApp.close()
  })
  // Before all else: nobody waits for these.
  opened.defer(async () => {
    stopping = true
    await Promise.all([live.close(), background.close()])
  })
  const address = `${await listen(publicApp, { section: 'server', portVariable: 'PORT', ...server })}${server.basePath.replace(/\/*$/, '/')}`
  logger.info({ listener: 'public', url: address }, 'listening')
  const managementUrl =
    managementApp &&
    `${await listen(managementApp, { section: 'management', portVariable: 'MANAGEMENT_PORT', ...management })}/`
  if (managementUrl) logger.info({ listener: 'management', url: managementUrl }, 'listening')
  current().shared.start()
  if (isStoreKept) background.start()
  return { publicUrl: address, ...(managementUrl && { managementUrl }), reload: live.reload }
}

function namesIn({ actions, sources, configuration }: Current): MetricsNames {
  return {
    actions: actions.keys(),
    providers: sources.keys(),
    basePaths: configuration.forward.map(({ basePath }) => basePath)
  }
}
