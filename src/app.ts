// The one place where everything is wired together: from a configuration to a service that listens.
import type { Logger } from 'pino'
import type { Configuration } from './config/load.ts'
import { listen } from './http/listen.ts'
import { createLogLevel, withIds } from './logging.ts'
import { buildManagementApp } from './management/app.ts'
import { createStanding } from './management/metrics-standing.ts'
import { createObserver, type ServiceEvent } from './observe/events.ts'
import { createEventLog } from './observe/log.ts'
import { createMetrics } from './observe/metrics.ts'
import type { Tracing } from './observe/tracing.ts'
import { createUpstreamCalls } from './observe/upstream-calls.ts'
import type { Presenter } from './presentation/presenter.ts'
import { noTokens } from './preview/connect-link.ts'
import { createConnectTokens } from './providers/connect-tokens.ts'
import type { SharedConnections } from './providers/shared-connections.ts'
import { type PublicAction, withLinks } from './public/quota-info.ts'
import { createUpgradeLinks } from './public/upgrade-links.ts'
import { createWatch } from './public/watch.ts'
import { createReports } from './quota/reports.ts'
import type { QuotaService } from './quota/service.ts'
import { createBackground } from './service/background.ts'
import { metricsNamesOf } from './service/current.ts'
import { createLive } from './service/live.ts'
import { openServiceStore } from './service/open-store.ts'
import { createPublicSide } from './service/public-side.ts'
import { createSources } from './service/sources.ts'
import { storeErrorTeller } from './service/store-errors.ts'
import { inStore } from './store/in-store.ts'
import type { Tries } from './webhooks/delivery.ts'
import type { CrewListener } from './workers/crew.ts'
import type { WorkerOptions } from './workers/first-process.ts'
import { hireCrew, type Workers } from './workers/hire.ts'

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
  /** The processes that answer calls in the place of this one, where there are to be several. */
  workers?: Workers | undefined
  /** The process whose worker this one is: it does all but answering calls. */
  worker?: WorkerOptions | undefined
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

async function open(options: ServiceOptions, opened: AsyncDisposableStack): Promise<Omit<Service, 'close'>> {
  const { configuration, readAgain, logger: untraced, now = Date.now, tracing, tries, force = false, worker } = options
  const { server, management } = configuration
  const first = worker?.first
  opened.defer(() => tracing?.close())
  const logger = tracing ? withIds(untraced, tracing.ids) : untraced
  const onFault = (err: unknown) => logger.error({ err }, 'internal error')
  const crew =
    options.workers && hireCrew(options.workers, { isStoreKept: configuration.store !== undefined, logger }, opened)
  const observer = createObserver(onFault)
  const eventLog = createEventLog(logger, now)
  observer.subscribe(event => first?.take(event) || eventLog.listener(event))
  opened.defer(() => eventLog.close())
  if (tracing) observer.subscribe(tracing.listener)
  const upstream = createUpstreamCalls()
  observer.subscribe(upstream.listener)
  const onReport: CrewListener['report'] = (key, report) => {
    if (!first) background.onReport(key, report)
    else if (current().configuration.webhooks.length > 0) first.report(key, report)
  }
  const watch = createWatch(observer.publish, onReport)
  let stopping = false
  const isStopping = () => stopping
  const onStoreError = storeErrorTeller(logger)
  const store = await openServiceStore(
    {
      configured: configuration.store,
      temporary: crew?.temporary ?? worker?.temporary,
      isHeld: !first,
      others: crew?.others ?? first?.others,
      onLost: onStoreError,
      onCall: call => observer.publish({ kind: 'store-called', ...call }),
      ...{ now, force, log: logger }
    },
    opened
  )
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
    onSwap: current => metrics?.rename(metricsNamesOf(current)),
    spread: crew?.configure,
    isChecking: !first,
    ...{ reports, watch, publish: observer.publish, onFault, now }
  })
  const { current } = live
  const shared: Pick<SharedConnections, 'check' | 'health'> = {
    check: provider => current().shared.check(provider),
    health: () => current().shared.health()
  }
  const background = createBackground({
    ...{ store, now, current, log: logger, tries },
    publish: observer.publish,
    onError: onStoreError
  })
  /** What is found out is known and kept once, whichever process found it out. */
  const learn = (event: ServiceEvent) => {
    current().shared.listener(event)
    background.listener(event)
  }
  if (!first) observer.subscribe(learn)
  const hear = (event: ServiceEvent) => {
    eventLog.listener(event)
    learn(event)
  }
  const { publicUrl } = server
  const links = publicUrl
    ? createUpgradeLinks({ publicUrl, secret: await store.signingKey('upgrade-links'), now })
    : undefined
  const ask: QuotaService<PublicAction>['ask'] = call => current().quotas.ask(call)
  const presenter: Presenter = (...said) => current().presenter(...said)
  const language = () => current().configuration.presentation.language
  const connectTokens = createConnectTokens({ secret: () => inStore(store.signingKey('connect-tokens')), now })
  const { publish } = observer
  const publicSide = crew
    ? undefined
    : createPublicSide({
        ...{ configuration, current, store, links, logger, tracing, isStopping, publish, connectTokens, now },
        ...{ ask, presenter, language }
      })
  const isStoreKept = configuration.store !== undefined
  const standing = createStanding({ shared, store: isStoreKept ? store : undefined })
  // Without that listener nobody could read them.
  const metrics = management && createMetrics({ ...metricsNamesOf(current()), standing, now, others: crew?.metrics })
  if (metrics) observer.subscribe(metrics.listener)
  const lasting = () => [
    untraced,
    logger,
    ...(publicSide?.loggers ?? []),
    ...(managementApp ? [managementApp.log] : [])
  ]
  const levels = createLogLevel(lasting, crew?.setLevel)
  const managementApp =
    !first &&
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
      sources: { get: (name: string) => current().sources.get(name) },
      markPlan: reports.markPlan,
      publish: observer.publish,
      now,
      isStopping,
      reload: readAgain && live.reload,
      levels,
      workers: crew?.standing,
      providers: () => current().sources,
      previews: {
        ...{ ask, presenter, language, upstream },
        actions: () => current().actions,
        linked: result =>
          withLinks(result, { languages: [] }, { ...(links && { links }), connectTokens: noTokens, language })
      }
    })
  // Readiness is told until the last call was answered.
  opened.defer(async () => {
    if (managementApp) await managementApp.close()
  })
  opened.defer(() => publicSide?.close() ?? crew?.stop())
  // Before all else: nobody waits for these.
  opened.defer(async () => {
    stopping = true
    await Promise.all([live.close(), background.close()])
  })
  first?.serve({ metrics: async () => (await metrics?.snapshot()) ?? [], configure: live.adopt, setLevel: levels.set })
  const address = (await publicSide?.listen()) ?? (await crew?.start({ event: hear, report: onReport })) ?? ''
  if (!first) logger.info({ listener: 'public', url: address }, 'listening')
  const managementUrl =
    managementApp &&
    `${await listen(managementApp, { section: 'management', portVariable: 'MANAGEMENT_PORT', ...management })}/`
  if (managementUrl) logger.info({ listener: 'management', url: managementUrl }, 'listening')
  live.start()
  if (isStoreKept && !first) background.start()
  return { publicUrl: address, ...(managementUrl && { managementUrl }), reload: live.reload }
}
