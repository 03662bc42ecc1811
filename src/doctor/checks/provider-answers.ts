// QB-PROVIDER-ANSWERS: whether a provider answers, and soon enough.
import { needsConnection } from '../../config/schema.ts'
import { findingOf } from '../../findings.ts'
import { ProviderError } from '../../quota/provider.ts'
import type { SourceSettings } from '../../quota/source.ts'
import { type Check, type Found, forEach, Skip } from '../check.ts'
import type { Examination } from '../examination.ts'

export const providerAnswers: Check = {
  code: 'QB-PROVIDER-ANSWERS',
  group: 'Providers',
  looksAt:
    'Each provider gives a report, asked as the service asks it. One with a connection per site is asked for `--site`, or for one of those that were well at their last check.',
  warnsWhen: 'A part of the report could not be had, or it came so late that a reader is shown older numbers.',
  failsWhen: 'It refuses, cannot be reached, or gives no report in time.',
  async run(examination) {
    if (examination.parts.providers === undefined) throw new Skip('there is no configuration (QB-CONFIG)')
    return forEach(examination.parts.providers, source => look(source, examination))
  }
}

async function look(source: SourceSettings, { ask }: Examination): Promise<Found> {
  const { whose, check, report, reportMs, complaints } = await ask(source)
  const { name, adapter, freshness, shared } = source
  const place = [
    'providers',
    name,
    ...(shared && needsConnection(source.adapter.connectionSchema) ? ['connection'] : [])
  ]
  const finding =
    report instanceof ProviderError ? report.finding : check.health === 'failing' ? check.finding : undefined
  if (finding !== undefined) {
    const [message = finding, remedy] = findingOf(finding, adapter.findings) ?? []
    const reason = report instanceof ProviderError && report.reason ? ` (${report.reason})` : ''
    return {
      status: 'failed',
      found: `${message.replace(/\.$/, '')}${reason}: ${finding}`,
      place,
      ...(remedy && { remedy })
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
      remedy: 'A reader is shown older numbers when there are any. Raise its patience and deadline if it stays so slow.'
    }
  }
  return {
    status: 'ok',
    found: needsConnection(source.adapter.connectionSchema)
      ? `${took}, asked with ${whose}`
      : 'speaks for nobody, and is always there',
    place
  }
}
