import { ProviderError } from '../../quota/provider.ts'
import type { QuotaReport } from '../../quota/report.ts'
import type { SourceSettings } from '../../quota/source.ts'
import type { Check, Found } from '../check.ts'
import type { Examination } from '../examination.ts'
import { placeOf, tellFinding } from '../finding.ts'
import { variablesToSet } from '../written.ts'
import { didNotAnswer, forEachProvider } from './each-provider.ts'

export const keySees: Check = {
  code: 'QB-KEY-SEES',
  group: 'Providers',
  looksAt: 'What the credentials are told of what the provider has, feature by feature.',
  warnsWhen: 'They are told less than they should be, or the account is limited.',
  async run(examination) {
    return forEachProvider(examination, source => look(source, examination))
  }
}

async function look(source: SourceSettings, { ask, written }: Examination): Promise<Found> {
  const { check, report } = await ask(source)
  const { name, adapter, settings } = source
  if (report instanceof ProviderError || check.health === 'failing') throw didNotAnswer()
  const place = placeOf(source)
  const { known } = adapter.features(settings)
  const all = featuresOf(report)
  // In the order in which the adapter names them.
  const told = [...known.filter(id => all.has(id)), ...[...all].filter(id => !known.includes(id))]
  const hidden = check.hidden ?? []
  const others = known.filter(id => !all.has(id) && !hidden.includes(id))
  const details = [
    ...told.map(id => `${id}: told`),
    ...hidden.map(id => `${id}: not told to these credentials`),
    ...others.map(id => `${id}: not there, or not in the plan`)
  ]
  if (check.health === 'ok') return { status: 'ok', found: `told: ${told.join(', ')}`, details, place }
  return {
    status: 'warning',
    ...tellFinding(check.finding, adapter.findings),
    details,
    place,
    ...variablesToSet(written, ['providers', name, 'connection'])
  }
}

export function featuresOf({ groups }: QuotaReport): Set<string> {
  return new Set(groups.flatMap(({ quotas }) => quotas.map(({ feature }) => feature)))
}
