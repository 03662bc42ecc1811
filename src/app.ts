// The one place where everything is wired together: from a configuration to a service that listens.
import type { Logger } from 'pino'
import type { Configuration } from './config/load.ts'
import type { createListener } from './http/listener.ts'
import { buildManagementApp } from './management/app.ts'
import type { PerSiteProvider } from './management/connections.ts'
import { createPresenter } from './presentation/presenter.ts'
import { buildPublicApp } from './public/app.ts'
import type { PublicAction } from './public/quota-info.ts'
import { createQuotaService, type QuotaSource } from './quota/service.ts'
import { createSiteConnections } from './quota/site-connections.ts'
import { createSnapshots } from './quota/snapshots.ts'
import { createUpgradeLinks } from './quota/upgrade-links.ts'
import { openStore, type Store } from './store/index.ts'
import { createAppEventReader, createEnvelopeReader } from './wix/envelope.ts'

export interface ServiceOptions {
  configuration: Configuration
  logger: Logger
  /** Milliseconds since 1970. */
  now?: () => number
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
 * @throws the system's error when an address cannot be listened on
 */
export async function startService({ configuration, logger, now = Date.now }: ServiceOptions): Promise<Service> {
  const { wix, server, management, presentation } = configuration
  if (wix.allowUnsigned) {
    logger.warn('wix.allowUnsigned is on: anybody may ask anything without a signature; never use it in production')
  }
  const onLost = ({ message }: Error) => logger.warn({ reason: message }, 'the database does not answer')
  const store = configuration.store && (await openStore({ ...configuration.store, onLost, now }))
  const { sources, perSite } = createSources(configuration, store, now)
  const envelope = { ...wix, now }
  const snapshots = createSnapshots({ ...(store && { store }), now, onStoreError: onLost })
  const links =
    store && server.publicUrl !== undefined
      ? createUpgradeLinks(server.publicUrl, await store.sharedKey('upgrade-links'))
      : undefined
  const quotas = createQuotaService({
    actions: createActions(configuration, sources),
    sources,
    snapshots,
    ...(links && { links })
  })
  const publicApp = buildPublicApp({
    logger: logger.child({ listener: 'public' }),
    basePaths: configuration.basePaths,
    forward: configuration.forward,
    maxConcurrentCalls: server.maxConcurrentCalls,
    readEnvelope: createEnvelopeReader(envelope),
    readAppEvent: createAppEventReader(envelope),
    ...(store && { connections: store.connections }),
    quotas,
    ...(links && { links }),
    presenter: createPresenter({ ...presentation, now })
  })
  const managementApp =
    management &&
    buildManagementApp({
      logger: logger.child({ listener: 'management' }),
      tokens: management.tokens,
      ...(store && { store }),
      providers: perSite,
      planMayHaveChanged: snapshots.planMayHaveChanged,
      now
    })
  const closeAll = async () => {
    await Promise.all([publicApp.close(), managementApp?.close()])
    await Promise.all([...sources.values()].map(source => source.provider.close()))
    await store?.close()
  }
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= closeAll()
    return closing
  }
  try {
    const publicUrl = `${await listen(publicApp, server)}${server.basePath.replace(/\/*$/, '/')}`
    logger.info({ listener: 'public', url: publicUrl }, 'listening')
    if (!managementApp) return { publicUrl, close }
    const managementUrl = `${await listen(managementApp, management)}/`
    logger.info({ listener: 'management', url: managementUrl }, 'listening')
    return { publicUrl, managementUrl, close }
  } catch (error) {
    await close()
    throw error
  }
}

function createSources({ providers }: Configuration, store: Store | undefined, now: () => number) {
  const sources = new Map<string, QuotaSource>()
  const perSite = new Map<string, PerSiteProvider>()
  const siteConnections = store && createSiteConnections(store)
  for (const configured of providers.values()) {
    const { name, adapter, settings, shared, connectUrl, freshness } = configured
    const provider = adapter.create(settings, { name, now })
    const connectionOf = async (instanceId: string | undefined) =>
      shared ?? (instanceId === undefined ? undefined : siteConnections?.find(configured, instanceId))
    const { type: vocabulary, title } = adapter
    sources.set(name, {
      name,
      vocabulary,
      title,
      provider,
      connectionOf,
      perSite: !shared,
      freshness,
      ...(connectUrl !== undefined && { connectUrl })
    })
    if (!shared) perSite.set(name, { adapter, settings, provider })
  }
  return { sources, perSite }
}

function createActions(
  { actions }: Configuration,
  sources: ReadonlyMap<string, QuotaSource>
): Map<string, PublicAction> {
  const wired = new Map<string, PublicAction>()
  for (const [key, { provider, features, enforced, labels }] of actions) {
    const source = sources.get(provider)
    if (source) wired.set(key, { source, features, enforced, labels })
  }
  return wired
}

/** Listens, and gives the origin under which it can be reached. */
async function listen(
  app: ReturnType<typeof createListener>,
  { host, port }: { host: string; port: number }
): Promise<string> {
  // Fastify would log a line of its own for every address; ours says more in one.
  const { level } = app.log
  app.log.level = 'warn'
  await app.listen({ host, port })
  app.log.level = level
  const address = app.server.address()
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${typeof address === 'object' && address ? address.port : port}`
}
