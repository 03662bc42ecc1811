// What a configuration is made into, as far as it can be replaced while the service runs: always as a whole.
import type { Configuration } from '../config/load.ts'
import type { Publish } from '../observe/events.ts'
import type { MetricsNames } from '../observe/metrics.ts'
import { createPresenter, type Presenter } from '../presentation/presenter.ts'
import { createSharedConnections, type SharedConnections } from '../providers/shared-connections.ts'
import type { PublicAction } from '../public/quota-info.ts'
import type { Watch } from '../public/watch.ts'
import type { Reports } from '../quota/reports.ts'
import { createQuotaService, type QuotaService } from '../quota/service.ts'
import type { Source } from '../quota/source.ts'
import {
  type AppEventReader,
  createAppEventReader,
  createEnvelopeReader,
  type EnvelopeReader
} from '../wix/envelope.ts'
import type { SourceSet } from './sources.ts'

export interface Current {
  configuration: Configuration
  sources: ReadonlyMap<string, Source>
  actions: ReadonlyMap<string, PublicAction>
  readEnvelope: EnvelopeReader
  readAppEvent: AppEventReader
  quotas: QuotaService<PublicAction>
  presenter: Presenter
  shared: SharedConnections
}

export interface CurrentOptions {
  reports: Reports
  watch: Watch
  publish: Publish
  /** Hears of faults of ours. */
  onFault: (error: unknown) => void
  /** Milliseconds since 1970. */
  now: () => number
}

/** `before` is what it takes the place of: what is known of connections about which nothing changed is taken over. */
export function createCurrent(
  configuration: Configuration,
  { sources }: Pick<SourceSet, 'sources'>,
  { reports, watch, publish, onFault, now }: CurrentOptions,
  before?: Current
): Current {
  const actions = createActions(configuration, sources)
  const envelope = { ...configuration.wix, now }
  const known = [...(before?.shared.health() ?? [])].filter(([name]) => sources.get(name) === before?.sources.get(name))
  return {
    configuration,
    sources,
    actions,
    readEnvelope: createEnvelopeReader(envelope),
    readAppEvent: createAppEventReader(envelope),
    quotas: watch.watched(createQuotaService({ actions, sources, ...reports }), actions),
    presenter: createPresenter({ ...configuration.presentation, now }),
    shared: createSharedConnections({
      ...{ sources, actions, publish, onFault, now },
      known: new Map(known),
      recheckMs: name => configuration.providers.get(name)?.recheckMs ?? 0
    })
  }
}

function createActions({ actions }: Configuration, sources: ReadonlyMap<string, Source>): Map<string, PublicAction> {
  const wired = new Map<string, PublicAction>()
  for (const [key, { provider, features, enforced, labels }] of actions) {
    const source = sources.get(provider)
    if (source) wired.set(key, { source, features, enforced, labels })
  }
  return wired
}

/** What may be a label of the metrics. */
export function metricsNamesOf({ actions, sources, configuration }: Current): MetricsNames {
  return {
    actions: actions.keys(),
    providers: sources.keys(),
    basePaths: configuration.forward.map(({ basePath }) => basePath)
  }
}
