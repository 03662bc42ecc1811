// One quota in a card: its name, a bar, usage and limit, when it renews, and its tooltip.
import type { Quota } from '../wix/contract.ts'
import { besides, blanks, type Line, linkLines, type Span, widthOf, wrap } from './lines.ts'

const BAR_WIDTH = 20
const NAME_WIDTH_MAX = 24
const GAP = 2
/** Narrower, a tooltip starts at the left. */
const TEXT_WIDTH_MIN = 30

/** The lines of a group's quotas, the bars below each other; `dated` where each says by itself when it renews. */
export function quotaLines(quotas: readonly Quota[], inner: number, dated: boolean): Line[] {
  const widths = quotas.map(({ featureName }) => widthOf(featureName))
  const most = Math.min(NAME_WIDTH_MAX, inner - GAP - BAR_WIDTH)
  const nameWidth = Math.max(0, ...widths.filter(width => width <= most))
  const indent = nameWidth > 0 ? nameWidth + GAP : 0
  return quotas.flatMap(quota => [...numberLines(quota, indent, inner, dated), ...tooltipLines(quota, indent, inner)])
}

/** When something renews. */
export function renewal(date: string): Span {
  return { text: `renews ${date.slice(0, 10)}`, style: 'dim' }
}

function numberLines(quota: Quota, indent: number, inner: number, dated: boolean): Line[] {
  const { featureName, renewalDate } = quota
  const fits = widthOf(featureName) < indent
  const above: Line[] = fits ? [] : wrap(featureName, inner).map(text => [{ text }])
  const name: Line = fits ? [{ text: featureName }, blanks(indent - widthOf(featureName))] : [blanks(indent)]
  const told = amounts(quota)
  const room = inner - indent - BAR_WIDTH - GAP
  const lines: Line[] =
    widthOf(told) <= room
      ? [[...name, bar(quota), blanks(GAP), { text: told }]]
      : [[...name, bar(quota)], ...wrap(told, inner).map(text => [{ text }])]
  if (!dated || renewalDate === undefined) return [...above, ...lines]
  const [last = []] = lines.splice(-1)
  return [...above, ...lines, ...besides(last, renewal(renewalDate), inner)]
}

/** As Wix does, usage alone where there is no limit. */
function amounts({ currentUsage, limit }: Quota): string {
  return limit === undefined ? `${currentUsage} (unlimited)` : `${currentUsage} of ${limit}`
}

function bar({ currentUsage, limit }: Quota): Span {
  if (limit === undefined) return { text: '·'.repeat(BAR_WIDTH), style: 'dim' }
  const [used, allowed] = [plainNumber(currentUsage), plainNumber(limit)]
  // Sizes as text may be in two units: what they come to is not told.
  if (used === undefined || allowed === undefined) return { text: '─'.repeat(BAR_WIDTH), style: 'dim' }
  const ratio = used === 0 ? 0 : used / allowed
  const filled = Math.min(BAR_WIDTH, Math.floor(ratio * BAR_WIDTH))
  const text = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
  return { text, style: ratio >= 1 ? 'red' : ratio >= 0.9 ? 'yellow' : 'green' }
}

function plainNumber(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

function tooltipLines({ additionalInfo }: Quota, indent: number, inner: number): Line[] {
  if (!additionalInfo) return []
  const { description, cta } = additionalInfo
  const columns = inner - indent < TEXT_WIDTH_MIN ? inner : inner - indent
  const text = wrap(description, columns).map(
    (line): Line => [blanks(inner - columns), { text: line, style: 'yellow' }]
  )
  return cta ? [...text, ...linkLines({ text: `${cta.label}:` }, cta.url, inner, [indent, 0])] : text
}
