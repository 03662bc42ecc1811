// What an owner reads, as plain text: nothing in it is put in other words.
import { Value } from '../schema.ts'
import { type Paint, wrap } from '../terminal.ts'
import { type Quota, QuotaInfoAnswer } from '../wix/contract.ts'
import type { Answer } from './result.ts'

const INDENT = '      '

/** The text of an answer, lines ended. */
export function showAnswer({ action, site, answer }: Answer, paint: Paint): string {
  const lines = [paint('bold', `  What the owner${site === undefined ? '' : ` of ${site}`} reads for ${action}`)]
  const groups = Value.Check(QuotaInfoAnswer, answer) ? answer.actionQuotaInfo.quotaInfo : []
  if (groups.length === 0) lines.push('    nothing')
  for (const { plans, quotas, upgradeCta } of groups) {
    lines.push(`    ${plans.map(({ name }) => name).join(' + ')}`)
    lines.push(...quotas.flatMap(showQuota))
    if (upgradeCta) lines.push(`    [${upgradeCta.label}] ${upgradeCta.url}`)
  }
  return `${lines.join('\n')}\n`
}

function showQuota({ featureName, currentUsage, limit, renewalDate, additionalInfo }: Quota): string[] {
  const { description, cta } = additionalInfo ?? {}
  return [
    `    ${featureName}: ${currentUsage}${limit === undefined ? '' : ` / ${limit}`}`,
    ...(renewalDate === undefined ? [] : [`${INDENT}renews ${renewalDate}`]),
    ...(description === undefined ? [] : [wrap(`${INDENT}${description}`, { indent: INDENT })]),
    ...(cta === undefined ? [] : [`${INDENT}[${cta.label}] ${cta.url}`])
  ]
}
