// Answers as a site owner meets them in Wix's "Manage your automations quotas": a card for each action, with plan, usage,
// renewal, tooltip and button. Never wider than the look allows, also where characters take two columns.
import type { ActionQuotaInfo, QuotaInfo } from '../wix/contract.ts'
import { besides, blanks, cut, type Line, lineWidth, linkLines, printed, widthOf, wrap } from './lines.ts'
import type { Look } from './look.ts'
import { quotaLines, renewal } from './quota-lines.ts'

export interface Card {
  /** The action's key. */
  title: string
  answer: ActionQuotaInfo
}

/** The border and a blank, on either side. */
const BORDERS = 4

/** The cards one below the other, lines ended. */
export function showCards(cards: readonly Card[], look: Look): string {
  const inner = look.width - BORDERS
  const lines = cards.flatMap(({ title, answer }, index) => [
    rule(index === 0 ? '╭╮' : '├┤', look.width, title),
    ...answerLines(answer, inner).map(line => [
      { text: '│ ' },
      ...line,
      blanks(inner - lineWidth(line)),
      { text: ' │' }
    ])
  ])
  return `${[...lines, rule('╰╯', look.width)].map(line => printed(line, look)).join('\n')}\n`
}

function rule(corners: string, width: number, title = ''): Line {
  const [left, right] = corners
  const shown = title === '' ? '' : ` ${cut(title, width - BORDERS - 2)} `
  const line = '─'.repeat(width - 3 - widthOf(shown))
  return [{ text: `${left}─` }, { text: shown, style: 'bold' }, { text: `${line}${right}` }]
}

function answerLines({ enforced, quotaInfo }: ActionQuotaInfo, inner: number): Line[] {
  if (!enforced || quotaInfo.length === 0) return [[{ text: 'Wix shows nothing for this action.', style: 'dim' }]]
  return quotaInfo.flatMap((group, index) => [...(index > 0 ? [[]] : []), ...groupLines(group, inner)])
}

function groupLines(group: QuotaInfo, inner: number): Line[] {
  const { plans, quotas, upgradeCta } = group
  // What all have in common is said once, beside the plan.
  const [date, ...others] = new Set(quotas.map(({ renewalDate }) => renewalDate))
  const shared = others.length === 0 && plans.length > 0
  return [
    ...planLines(group, shared ? date : undefined, inner),
    ...(isUnconnected(group) ? unconnectedLines(group, inner) : quotaLines(quotas, inner, !shared)),
    ...(upgradeCta ? linkLines({ text: `[ ${upgradeCta.label} ]`, style: 'bold' }, upgradeCta.url, inner, [0]) : [])
  ]
}

function planLines({ plans }: QuotaInfo, date: string | undefined, inner: number): Line[] {
  if (plans.length === 0) return []
  const told = wrap(plans.map(({ name }) => name).join(' + '), inner)
  const lines: Line[] = told.map(text => [{ text, style: 'cyan' }])
  const [last = []] = lines.splice(-1)
  return [...lines, ...(date === undefined ? [last] : besides(last, renewal(date), inner))]
}

/** Wix's form for what nobody bought yet, 0 of 0 of everything, without a plan: a site that is not connected. */
function isUnconnected({ plans, quotas }: QuotaInfo): boolean {
  return plans.length === 0 && quotas.every(({ currentUsage, limit }) => currentUsage === '0' && limit === '0')
}

function unconnectedLines({ quotas }: QuotaInfo, inner: number): Line[] {
  const told = new Set(quotas.map(({ additionalInfo }) => additionalInfo?.description ?? 'Nothing is connected yet.'))
  return [...told].flatMap(text => wrap(text, inner).map(line => [{ text: line }]))
}
