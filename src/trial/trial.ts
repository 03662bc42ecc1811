// One provider asked once, with everything that was seen on the way.
import type { ConfiguredAction } from '../config/providers.ts'
import { whyNot } from '../doctor/asked.ts'
import { maskDeep } from '../doctor/mask.ts'
import type { Answer } from '../doctor/result.ts'
import { UsageError } from '../exit.ts'
import { findingOf } from '../findings.ts'
import { suggest } from '../mistakes.ts'
import { createPresenter } from '../presentation/presenter.ts'
import { gently } from '../providers/gentleness.ts'
import { http } from '../providers/http/index.ts'
import { recordedAsk } from '../providers/http/recorded.ts'
import { isMapping, type Trace, traceMapping } from '../providers/http/trace.ts'
import { ProviderError } from '../quota/provider.ts'
import type { QuotaReport } from '../quota/report.ts'
import { selected } from '../quota/selection.ts'
import { fetchWithinMs } from '../quota/source.ts'
import type { Subject } from './subject.ts'

/** Grows when a field changes its meaning or goes; new fields may come without that. */
const TRIAL_VERSION = 1

export interface TrialOptions {
  /** An action of the provider; every quota when left out. */
  action: string | undefined
  languages: readonly string[]
  /** A folder of recorded answers, in the place of the API. */
  recorded: string | undefined
}

/** What was seen, secrets masked. */
export interface Trial extends Pick<Trace, 'requests' | 'notMade' | 'values'> {
  version: typeof TRIAL_VERSION
  provider: string
  type: string
  /** Absent for a provider that speaks for nobody. */
  connection?: unknown
  /** Why there is no answer. */
  failure?: { finding: string; reason?: string; message: string; remedy?: string }
  /** What the adapter could do without, in its own words. */
  complaints: string[]
  answer?: Answer
}

/**
 * Asks the provider.
 * @throws {UsageError} for an action that is not the provider's
 * @throws {RecordedError} when a recorded answer is not there
 */
export async function tryProvider(subject: Subject, options: TrialOptions): Promise<Trial> {
  const { source, shown, mask } = subject
  const action = options.action === undefined ? undefined : actionOf(subject, options.action)
  const complaints: string[] = []
  const { report, ...seen } = await traceOf(subject, options, complaints)
  const trial: Trial = {
    version: TRIAL_VERSION,
    provider: source.name,
    type: source.adapter.type,
    ...(shown !== undefined && { connection: shown }),
    ...seen,
    complaints,
    ...(report instanceof ProviderError
      ? { failure: tellFailure(report, subject) }
      : { answer: present(report, subject, action, options) })
  }
  return maskDeep(trial, mask)
}

function actionOf({ examination, source }: Subject, key: string): ConfiguredAction {
  const own = [...(examination.parts.actions ?? [])].filter(([, { provider }]) => provider === source.name)
  const action = new Map(own).get(key)
  if (action) return action
  const known = own.map(([name]) => name)
  throw new UsageError(`${source.name} has no action ${key}; ${suggest(key, known)}`)
}

/** Of a mapping every step; of any other adapter what it reports. */
async function traceOf(
  { source, connection, examination }: Subject,
  { recorded }: TrialOptions,
  complaints: string[]
): Promise<Trace> {
  const { name, adapter, settings, freshness } = source
  const { now } = examination
  const limitMs = fetchWithinMs(freshness)
  if (adapter.type === http.type && isMapping(settings)) {
    return traceMapping(settings, {
      ...{ name, now, limitMs },
      connection: connectionOfTexts(connection),
      recorded: recorded === undefined ? undefined : recordedAsk(recorded)
    })
  }
  if (recorded !== undefined) throw new UsageError(`--recorded goes with providers of type ${http.type} alone.`)
  const warn = (details: Record<string, string>, message: string) =>
    void complaints.push(`${message} (${Object.values(details).filter(Boolean).join(', ')})`)
  const provider = adapter.create(settings, { name, now, log: { warn } })
  try {
    const report = await gently(provider, limitMs, adapter.findings)
      .fetchReport(connection, { planMayHaveChanged: false })
      .catch(whyNot)
    return { requests: [], notMade: [], values: [], report }
  } finally {
    await provider.close()
  }
}

/** The connection of a mapping, which its schema has checked: texts alone. */
function connectionOfTexts(connection: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(Object(connection)).map(([field, text]) => [field, String(text)]))
}

function tellFailure({ finding, reason }: ProviderError, { source }: Subject): NonNullable<Trial['failure']> {
  const [message = 'The provider cannot tell.', remedy] = findingOf(finding, source.adapter.findings) ?? []
  return { finding, ...(reason !== undefined && { reason }), message, ...(remedy !== undefined && { remedy }) }
}

function present(
  report: QuotaReport,
  { source, examination }: Subject,
  action: ConfiguredAction | undefined,
  options: TrialOptions
): Answer {
  const { adapter, settings, name } = source
  const features = action?.features ?? adapter.features(settings).shown
  const presenter = createPresenter({
    ...(examination.parts.presentation ?? { sizes: 'in-name' }),
    now: examination.now
  })
  const reader = { languages: options.languages, labels: action?.labels ?? new Map() }
  const { answer, language } = presenter({ kind: 'report', report: selected(report, features) }, features, reader)
  return { action: options.action ?? `every quota of ${name}`, language, answer: { actionQuotaInfo: answer } }
}
