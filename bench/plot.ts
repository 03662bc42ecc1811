// The comparison as a picture: one bar a candidate, its server's processor time a call.
import { type Candidate, middle } from './calls/compare.ts'

const WIDTH = 720
const NAMES_WIDTH = 240
const BAR = 26
const GAP = 12
const MARGIN = 16

/** An SVG that reads well on a light and on a dark page. */
export function plot(candidates: readonly Candidate[], subtitle: string): string {
  const rows = candidates.map(candidate => ({ ...candidate, ...middle(candidate) }))
  const most = Math.max(...rows.map(({ cpuUs }) => cpuUs))
  const height = MARGIN * 2 + 44 + rows.length * (BAR + GAP)
  const room = WIDTH - NAMES_WIDTH - MARGIN * 2 - 150
  const bars = rows.map(({ name, cpuUs, callsPerSecond, isLimit }, index) => {
    const y = MARGIN + 44 + index * (BAR + GAP)
    const width = Math.max(1, (cpuUs / most) * room)
    const kind = name === 'Quota Bridge' ? 'ours' : isLimit ? 'limit' : 'other'
    const told = `${cpuUs.toFixed(0)} µs, ${Math.round(callsPerSecond).toLocaleString('en')}/s`
    return [
      `<text x="${NAMES_WIDTH}" y="${y + 18}" text-anchor="end">${name}</text>`,
      `<rect class="${kind}" x="${NAMES_WIDTH + 10}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="4"/>`,
      `<text x="${(NAMES_WIDTH + 18 + width).toFixed(1)}" y="${y + 18}">${told}</text>`
    ].join('\n')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Processor time of the server for each call">
<style>
text { font: 14px system-ui, sans-serif; fill: #57606a }
.title { font-weight: 600; font-size: 16px }
.ours { fill: #0a5bd0 } .limit { fill: #8c959f } .other { fill: #c9843c }
@media (prefers-color-scheme: dark) { text { fill: #b1bac4 } .ours { fill: #7db3ff } }
</style>
<text class="title" x="${MARGIN}" y="${MARGIN + 12}">Processor time of the server for each signed call</text>
<text x="${MARGIN}" y="${MARGIN + 32}">${subtitle}</text>
${bars.join('\n')}
</svg>
`
}
