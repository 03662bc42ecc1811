// QB-KEY-SEES: what the credentials of a provider are told, feature by feature.
import { needsConnection } from '../../config/schema.ts'
import { findingOf } from '../../findings.ts'
import { ProviderError } from '../../quota/provider.ts'
import type { QuotaReport } from '../../quota/report.ts'
import type { SourceSettings } from '../../quota/source.ts'
import { type Check, type Found, forEach, Skip } from '../check.ts'
import type { Examination } from '../examination.ts'

export const keySees: Check = {
  code: 'QB-KEY-SEES',
  group: 'Providers',
  looksAt: 'What the credentials are told of what the provider has, feature by feature.',
  warnsWhen: 'They are told less than they should be, or the account is limited.',
  async run(examination) {
    return forEach(credentialled(examination), source => look(source, examination))
  }
}

async function look(source: SourceSettings, { ask }: Examination): Promise<Found> {
  const { check, report } = await ask(source)
  const { name, adapter, settings, shared } = source
  if (report instanceof ProviderError || check.health === 'failing') throw didNotAnswer()
  const place = ['providers', name, ...(shared ? ['connection'] : [])]
  const told = featuresOf(report)
  const hidden = check.hidden ?? []
  const others = adapter.features(settings).known.filter(id => !told.has(id) && !hidden.includes(id))
  const details = [
    ...[...told].map(id => `${id}: told`),
    ...hidden.map(id => `${id}: not told to these credentials`),
    ...others.map(id => `${id}: not there, or not in the plan`)
  ]
  if (check.health === 'ok') return { status: 'ok', found: `${told.size} features are told`, details, place }
  const [message = check.finding, remedy] = findingOf(check.finding, adapter.findings) ?? []
  return {
    status: 'warning',
    found: `${message.replace(/\.$/, '')}: ${check.finding}`,
    details,
    place,
    ...(remedy && { remedy })
  }
}

export function featuresOf({ groups }: QuotaReport): Set<string> {
  return new Set(groups.flatMap(({ quotas }) => quotas.map(({ feature }) => feature)))
}

/** Those that speak for somebody. */
export function credentialled({ parts: { providers = new Map() } }: Examination): Map<string, SourceSettings> {
  return new Map([...providers].filter(([, source]) => needsConnection(source.adapter.connectionSchema)))
}

/** Why nothing more can be said about a provider. */
export function didNotAnswer(): Skip {
  return new Skip('it did not answer (QB-PROVIDER-ANSWERS)')
}
