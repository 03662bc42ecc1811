// An answer as a person would read it: plan, usage bar, renewal, button. Colour on a terminal, plain text in a pipe.
import { styleText } from 'node:util'
import type { ActionQuotaInfo, Quota } from '../wix/contract.ts'

const BAR_WIDTH = 20

/** The text of one action's answer, lines ended. */
export function showAnswer(title: string, { enforced, quotaInfo }: ActionQuotaInfo): string {
  const lines = [paint('bold', title)]
  if (!enforced || quotaInfo.length === 0) lines.push('  nothing is shown for this action')
  for (const { plans, quotas, upgradeCta } of quotaInfo) {
    lines.push(`  Plan: ${plans.map(plan => plan.name).join(' + ')}`)
    const width = Math.max(...quotas.map(quota => quota.featureName.length))
    for (const quota of quotas) lines.push(...showQuota(quota, width))
    if (upgradeCta) lines.push(`  ${paint('cyan', `[ ${upgradeCta.label} ]`)} ${upgradeCta.url}`)
  }
  return `${lines.join('\n')}\n`
}

function showQuota({ featureName, currentUsage, limit, renewalDate, additionalInfo }: Quota, width: number): string[] {
  const lines = [
    `  ${featureName.padEnd(width)}  ${bar(currentUsage, limit)} ${currentUsage} of ${limit ?? 'unlimited'}`
  ]
  const indent = ' '.repeat(width + 4)
  if (renewalDate) lines.push(`${indent}renews ${renewalDate.slice(0, 10)}`)
  if (additionalInfo)
    lines.push(`${indent}${paint('yellow', additionalInfo.description)} ${additionalInfo.cta?.url ?? ''}`.trimEnd())
  return lines
}

function bar(used: string, limit: string | undefined): string {
  if (limit === undefined) return '·'.repeat(BAR_WIDTH)
  const ratio = Number.parseFloat(limit) === 0 ? 1 : Number.parseFloat(used) / Number.parseFloat(limit)
  const filled = Math.min(BAR_WIDTH, Math.floor(ratio * BAR_WIDTH))
  const text = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
  return paint(ratio >= 1 ? 'red' : ratio >= 0.9 ? 'yellow' : 'green', text)
}

function paint(style: 'bold' | 'cyan' | 'yellow' | 'red' | 'green', text: string): string {
  return styleText(style, text, { stream: process.stdout })
}
