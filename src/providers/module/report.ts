// What a module reports, looked at before anybody reads it.
import { schemaMistakes } from '../../mistakes.ts'
import { QuotaReport } from '../../quota/report.ts'
import { Value } from '../../schema.ts'
import type { GivenSecrets } from './secrets.ts'

const VOCABULARY = 'module'
/** More, and it is nothing that a person reads. */
const GROUPS_MAX = 50
const QUOTAS_MAX = 500
const TEXT_MAX = 2000

/**
 * The report of a module's provider, a copy that nobody changes afterwards; or in words what is wrong with it. Whose plans these
 * are is told apart by the provider's name, since another module may count its accounts as this one does.
 */
export function readReport(given: unknown, provider: string, secrets: GivenSecrets): QuotaReport | string {
  let report: unknown
  try {
    report = structuredClone(given)
  } catch {
    return 'it is nothing that can be copied'
  }
  if (!Value.Check(QuotaReport, report)) {
    const [mistake] = schemaMistakes(QuotaReport, report)
    return `${mistake?.path.join('.') || 'the report'} is not as its schema says`
  }
  const clean = Value.Clean(QuotaReport, report)
  if (!Value.Check(QuotaReport, clean)) return 'the report is not as its schema says'
  const { groups } = clean
  if (
    groups.length > GROUPS_MAX ||
    groups.some(({ quotas, plans }) => Math.max(quotas.length, plans.length) > QUOTAS_MAX)
  )
    return 'it has too many groups, plans or quotas'
  const urls = groups.flatMap(({ upgradeUrl, quotas }) => [upgradeUrl, ...quotas.map(({ manageUrl }) => manageUrl)])
  if (!urls.every(url => url === undefined || isWebAddress(url))) return 'it has a URL that is no web address'
  if (texts(clean).some(text => text.length > TEXT_MAX)) return 'it has a text that is too long'
  if (secrets.isIn(texts(clean).join('\n'))) return 'it holds a secret of the connection'
  return { ...clean, vocabulary: VOCABULARY, account: [provider, clean.account].join('\n').trim() }
}

/** What a button may lead to. */
export function isWebAddress(url: string): boolean {
  return /^https?:$/.test(URL.parse(url)?.protocol ?? '')
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inside]) => [key, ...texts(inside)])
    : []
}
