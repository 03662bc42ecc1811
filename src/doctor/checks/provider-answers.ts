// QB-PROVIDER-ANSWERS: whether a provider answers, and soon enough.
import { needsConnection } from '../../config/schema.ts'
import { ProviderError } from '../../quota/provider.ts'
import type { SourceSettings } from '../../quota/source.ts'
import type { Check, Found } from '../check.ts'
import type { Examination } from '../examination.ts'
import { placeOf, saysNothing, tellFinding } from '../finding.ts'
import { variablesToSet } from '../written.ts'
import { forEachProvider } from './each-provider.ts'

export const providerAnswers: Check = {
  code: 'QB-PROVIDER-ANSWERS',
  group: 'Providers',
  looksAt:
    'Each provider gives a report, asked as the service asks it. One with a connection per site is asked for `--site`, or for one of those that were well at their last check.',
  warnsWhen: 'A part of the report could not be had, or it came so late that a reader is shown older numbers.',
  failsWhen: 'It refuses, cannot be reached, or gives no report in time.',
  async run(examination) {
    return forEachProvider(examination, source => look(source, examination), 'all')
  }
}

async function look(source: SourceSettings, { ask, written }: Examination): Promise<Found> {
  const { whose, check, report, reportMs, complaints } = await ask(source)
  const { name, adapter, freshness } = source
  const place = placeOf(source)
  const refused = report instanceof ProviderError ? report : check
  if (refused instanceof ProviderError || refused.health === 'failing') {
    const { finding } = refused
    const reason = refused instanceof ProviderError ? refused.reason : undefined
    return {
      status: 'failed',
      ...tellFinding(finding, adapter.findings, reason),
      place,
      ...(saysNothing(finding) ? {} : variablesToSet(written, ['providers', name, 'connection']))
    }
  }
  const took = `answers in ${Math.ceil(reportMs)} ms`
  if (complaints.length > 0)
    return { status: 'warning', found: `${took}, but not with everything`, details: complaints, place }
  if (reportMs > freshness.patienceMs) {
    return {
      status: 'warning',
      found: `${took}, which is more than its patience of ${freshness.patienceMs} ms`,
      place,
      remedy:
        'A reader is shown older numbers where there are any. If it stays so slow, raise patience and deadline of this provider.'
    }
  }
  const found = needsConnection(adapter.connectionSchema) ? `${took}, asked with ${whose}` : took
  return { status: 'ok', found, place }
}
