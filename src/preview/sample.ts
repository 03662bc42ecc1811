// Made-up numbers shown as real ones are: by the same service, with the same freshness, and what is known already. Only the provider is made up.
import { ProviderError } from '../quota/provider.ts'
import { createReports } from '../quota/reports.ts'
import { createQuotaService, type QuotaAction, type QuotaResult } from '../quota/service.ts'
import { createSource, type Source } from '../quota/source.ts'
import { writeSnapshot } from '../quota/stored-snapshot.ts'
import { storeKeepingNothing } from '../store/keeps-nothing.ts'
import { type SampleState, sampleReport } from './states.ts'

/** How old an older report is; less where such a one would be kept no more. */
const OLDER_MS = 2 * 3_600_000
const SITE = 'a-site-without-a-connection'

/**
 * What a site would be shown in a state.
 * @throws {ProviderError} where nothing would be
 */
export async function askSample<Action extends QuotaAction>(
  action: Action,
  actionKey: string,
  { state, site = SITE, now }: { state: SampleState; site?: string | undefined; now: () => number }
): Promise<QuotaResult<Action>> {
  const report = sampleReport(action.source, state, new Date(now()))
  const fetchedAt = now() - Math.min(OLDER_MS, action.source.freshness.keepForMs - 1)
  const store = storeKeepingNothing({
    knowledge: {
      async get() {
        const { fingerprint = '' } = (state === 'older' && (await source.connectionOf(site))) || {}
        return fingerprint === '' ? {} : { snapshot: writeSnapshot({ report, fetchedAt, fingerprint }) }
      }
    }
  })
  const source: Source = createSource(
    inState(action.source, state),
    {
      ...action.source.provider,
      async fetchReport() {
        if (state === 'older' || state === 'down') throw new ProviderError('QUOTA_UNAVAILABLE', 'unreachable')
        return report
      }
    },
    store
  )
  const reports = createReports(store, { now, onStoreError: ignore, onUnusable: ignore, onFetch: ignore })
  const service = createQuotaService({
    actions: new Map([[actionKey, { ...action, source }]]),
    sources: new Map(),
    ...reports
  })
  return service.ask({ actionKey, instanceId: site })
}

/** Connected with nobody; or as it stands, not connected: a connection of all sites is always there. */
function inState({ shared, ...configured }: Source, state: SampleState) {
  return state === 'not-connected' ? configured : { ...configured, shared: { ...shared, connection: {} } }
}

/** Nobody's numbers are nobody's trouble. */
const ignore = () => {}
