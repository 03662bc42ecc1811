// The one place where everything is wired together: from a configuration to a service that listens.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { durationMs } from './config/durations.ts'
import type { Configuration } from './config/load.ts'
import { listen } from './http/listen.ts'
import { withIds } from './logging.ts'
import { buildManagementApp } from './management/app.ts'
import { createStanding } from './management/metrics-standing.ts'
import { createCountedWarnings } from './observe/counted-warnings.ts'
import { createObserver, type Publish } from './observe/events.ts'
import { createEventLog } from './observe/log.ts'
import { createMetrics } from './observe/metrics.ts'
import type { Tracing } from './observe/tracing.ts'
import { createPresenter } from './presentation/presenter.ts'
import { gently } from './providers/gentleness.ts'
import { createSharedConnections } from './providers/shared-connections.ts'
import { buildPublicApp } from './public/app.ts'
import type { PublicAction } from './public/quota-info.ts'
import { createUpgradeLinks } from './public/upgrade-links.ts'
import { createWatch } from './public/watch.ts'
import { createReports } from './quota/reports.ts'
import { createQuotaService } from './quota/service.ts'
import { createSource, fetchWithinMs, type Source } from './quota/source.ts'
import type { StoreCall } from './store/calls.ts'
import { holdStore } from './store/hold.ts'
import { openStore, type Store, storeInMemory } from './store/index.ts'
import { demandKeys } from './store/refusal.ts'
import { StoreError, storeTroubles } from './store/store-error.ts'
import { createAppEventReader, createEnvelopeReader } from './wix/envelope.ts'

export interface ServiceOptions {
  configuration: Configuration
  logger: Logger
  /** Milliseconds since 1970. */
  now?: () => number
  /** Where calls are traced to; the service closes it. Absent where nothing is traced. */
  tracing?: Tracing | undefined
  /** Starts also on a store of which a large part is under keys that are not configured. */
  force?: boolean
}

export interface Service {
  /** Where Wix reaches it: the base of the deployment URI. */
  publicUrl: string
  /** Where the operator reaches it, if that listener is on. */
  managementUrl?: string
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
  { configuration, logger: untraced, now = Date.now, tracing, force = false }: ServiceOptions,
  opened: AsyncDisposableStack
): Promise<Omit<Service, 'close'>> {
  const { wix, server, management, presentation } = configuration
  opened.defer(() => tracing?.close())
  const logger = tracing ? withIds(untraced, tracing.ids) : untraced
  if (wix.allowUnsigned) {
    logger.warn('wix.allowUnsigned is on: anybody may ask anything without a signature; never use it in production')
  }
  const onFault = (err: unknown) => logger.error({ err }, 'internal error')
  const observer = createObserver(onFault)
  const eventLog = createEventLog(logger, now)
  observer.subscribe(eventLog.listener)
  opened.defer(() => eventLog.close())
  if (tracing) observer.subscribe(tracing.listener)
  const watch = createWatch(observer.publish)
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
  const sources = createSources(configuration, store, { now, logger, publish: observer.publish })
  opened.defer(async () => void (await Promise.all([...sources.values()].map(({ provider }) => provider.close()))))
  const reports = createReports(store, {
    now,
    onStoreError,
    onFetch: watch.onFetch,
    onUnusable: reason => logger.warn({ reason }, 'a stored report cannot be used; it is fetched anew')
  })
  const actions = createActions(configuration, sources)
  const shared = createSharedConnections({ sources, actions, publish: observer.publish, onFault, now })
  observer.subscribe(shared.listener)
  const { publicUrl } = server
  const links = publicUrl && createUpgradeLinks({ publicUrl, secret: await store.signingKey('upgrade-links'), now })
  const envelope = { ...wix, now }
  const publicApp = buildPublicApp({
    logger: logger.child({ listener: 'public' }),
    basePaths: configuration.basePaths,
    forward: configuration.forward,
    maxConcurrentCalls: server.maxConcurrentCalls,
    readEnvelope: createEnvelopeReader(envelope),
    readAppEvent: createAppEventReader(envelope),
    connections: store.connections,
    quotas: watch.watched(createQuotaService({ actions, sources, ...reports }), actions),
    ...(links && { links }),
    presenter: createPresenter({ ...presentation, now }),
    language: presentation.language,
    isStopping,
    publish: observer.publish,
    beginCall: tracing?.beginCall,
    ...(server.trustProxy && { trustProxy: server.trustProxy })
  })
  const isStoreKept = configuration.store !== undefined
  // Without that listener nobody could read them.
  const metrics =
    management &&
    createMetrics({
      actions: actions.keys(),
      providers: sources.keys(),
      basePaths: configuration.forward.map(({ basePath }) => basePath),
      standing: createStanding({ shared, store: isStoreKept ? store : undefined }),
      now
    })
  if (metrics) observer.subscribe(metrics.listener)
  const managementApp =
    management &&
    metrics &&
    buildManagementApp({
      logger: logger.child({ listener: 'management' }),
      tokens: management.tokens,
      metrics,
      metricsAccess: management.metrics,
      store,
      shared,
      isStoreKept,
      sources,
      markPlan: reports.markPlan,
      now,
      isStopping
    })
  // Readiness is told until the last call was answered.
  opened.defer(() => managementApp?.close())
  opened.defer(async () => {
    stopping = true
    await sleep(durationMs(server.drain))
    await publicApp.close()
  })
  // Before all else: nobody waits for these.
  opened.defer(() => shared.close())
  const address = `${await listen(publicApp, { section: 'server', portVariable: 'PORT', ...server })}${server.basePath.replace(/\/*$/, '/')}`
  logger.info({ listener: 'public', url: address }, 'listening')
  const managementUrl =
    managementApp &&
    `${await listen(managementApp, { section: 'management', portVariable: 'MANAGEMENT_PORT', ...management })}/`
  if (managementUrl) logger.info({ listener: 'management', url: managementUrl }, 'listening')
  shared.start()
  return { publicUrl: address, ...(managementUrl && { managementUrl }) }
}

/** How often a trouble that lasts is told. */
const TROUBLE_EVERY_MS = 10_000

/** Tells each error as what it is: what the database is the matter with is not ours, and what is ours is not the database's. */
export function storeErrorTeller(logger: Logger): (error: Error) => void {
  const others = { kind: 'others', fields: {}, message: 'the database is in trouble' }
  const warn = createCountedWarnings(logger, others, TROUBLE_EVERY_MS)
  return error => {
    if (!(error instanceof StoreError)) return logger.error({ err: error }, 'internal error')
    const [message, remedy] = storeTroubles[error.trouble]
    warn({ kind: error.trouble, fields: { reason: error.message, remedy }, message })
  }
}

function createSources(
  { providers }: Configuration,
  store: Store,
  { now, logger, publish }: { now: () => number; logger: Logger; publish: Publish }
): Map<string, Source> {
  const sources = new Map<string, Source>()
  for (const configured of providers.values()) {
    const { name, adapter, settings, freshness } = configured
    const provider = adapter.create(settings, {
      name,
      now,
      log: logger.child({ provider: name }),
      watch: event => publish({ ...event, provider: name })
    })
    sources.set(name, createSource(configured, gently(provider, fetchWithinMs(freshness), adapter.findings), store))
  }
  return sources
}

function createActions({ actions }: Configuration, sources: ReadonlyMap<string, Source>): Map<string, PublicAction> {
  const wired = new Map<string, PublicAction>()
  for (const [key, { provider, features, enforced, labels }] of actions) {
    const source = sources.get(provider)
    if (source) wired.set(key, { source, features, enforced, labels })
  }
  return wired
}
