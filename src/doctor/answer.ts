// What an owner reads, found out as the service finds it: what is stored counts, and nothing is stored.
import type { ConfiguredAction } from '../config/providers.ts'
import { createPresenter } from '../presentation/presenter.ts'
import { withoutToken } from '../preview/connect-link.ts'
import { gently } from '../providers/gentleness.ts'
import type { PublicAction } from '../public/quota-info.ts'
import type { QuotaProvider } from '../quota/provider.ts'
import { createReports } from '../quota/reports.ts'
import { createQuotaService, type QuotaOutcome } from '../quota/service.ts'
import type { Shown } from '../quota/show.ts'
import { createSource, fetchWithinMs, type SourceSettings } from '../quota/source.ts'
import { canonicalSite } from '../store/connection-key.ts'
import type { StoreInspection } from '../store/inspection.ts'
import { storeKeepingNothing } from '../store/keeps-nothing.ts'
import type { Examination } from './examination.ts'
import type { Answer } from './result.ts'

export interface Question {
  key: string
  action: ConfiguredAction
  source: SourceSettings
  languages: readonly string[]
  site: string | undefined
  /** What is known so far, where there is a store that can be read. */
  store: Pick<StoreInspection, 'knowledge' | 'connections'> | undefined
}

export interface Told {
  answer: Answer
  shown: Shown | undefined
}

/**
 * Asks as a site's owner does.
 * @throws {ProviderError} when the provider cannot tell, and nothing stored may be shown
 */
export async function tellAnswer(
  question: Question,
  { now, parts }: Pick<Examination, 'now' | 'parts'>
): Promise<Told> {
  const { key, action, source: configured, languages, site } = question
  const { adapter, settings, name, freshness } = configured
  const provider = adapter.create(settings, { name, now, log: { warn: ignore } })
  try {
    const store = storeKeepingNothing(question.store)
    const source = createSource(configured, neverPastCaches(provider, fetchWithinMs(freshness)), store)
    const wired: PublicAction = { ...action, source }
    const reports = createReports(store, { now, onStoreError: ignore, onUnusable: ignore, onFetch: ignore })
    const service = createQuotaService({ actions: new Map([[key, wired]]), sources: new Map(), ...reports })
    const { outcome, shown } = await service.ask({ actionKey: key, ...(site && { instanceId: canonicalSite(site) }) })
    const present = createPresenter({ ...(parts.presentation ?? { sizes: 'in-name' }), now })
    const presented = present(throughUs(outcome, parts.server?.publicUrl), action.features, {
      languages,
      labels: action.labels
    })
    return {
      shown,
      answer: {
        action: key,
        ...(site && { site }),
        language: presented.language,
        ...(shown && { ageSeconds: Math.floor(shown.ageMs / 1000) }),
        answer: { actionQuotaInfo: presented.answer }
      }
    }
  } finally {
    await provider.close()
  }
}

/** The doctor tells what it finds; nothing is logged beside that. */
const ignore = () => {}

/** Past its caches a provider is asked after a purchase alone, even where the store holds a mark of one. */
function neverPastCaches(provider: QuotaProvider, fetchMs: number) {
  const gentle = gently(provider, fetchMs)
  return {
    ...gentle,
    fetchReport: (connection: unknown) => gentle.fetchReport(connection, { planMayHaveChanged: false })
  }
}

/** With upgrade links a button leads by way of us; the link itself would be noted as a purchase. */
function throughUs(outcome: QuotaOutcome, publicUrl: string | undefined): QuotaOutcome {
  if (outcome.kind === 'connect') return { ...outcome, connectUrl: withoutToken(outcome.connectUrl) }
  if (outcome.kind !== 'report' || publicUrl === undefined) return outcome
  const upgradeUrl = `${publicUrl.replace(/\/$/, '')}/v1/upgrade/…`
  const groups = outcome.report.groups.map(group => (group.upgradeUrl ? { ...group, upgradeUrl } : group))
  return { ...outcome, report: { ...outcome.report, groups } }
}
