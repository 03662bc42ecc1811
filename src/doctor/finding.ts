// A provider's finding in a line, and where in the configuration its credentials stand.
import { needsConnection } from '../config/schema.ts'
import { type Findings, findingOf } from '../findings.ts'
import type { SourceSettings } from '../quota/source.ts'

/** Those that say nothing about the credentials. */
const ABOUT_OTHER_THINGS: ReadonlySet<string> = new Set([
  ...['unreachable', 'timeout', 'rate-limited', 'upstream-error', 'call-not-made', 'redirected'],
  ...['host-not-allowed', 'answer-too-large', 'answer-invalid']
])

/** Whether it leaves open what becomes of credentials. */
export function saysNothing(finding: string): boolean {
  return ABOUT_OTHER_THINGS.has(finding)
}

/** What a finding says and what to do about it, as a line has them. */
export function tellFinding(
  finding: string,
  own: Findings | undefined,
  reason?: string
): { found: string; remedy?: string } {
  const [message = '', remedy] = findingOf(finding, own) ?? []
  const code = reason === undefined ? finding : `${finding}, ${reason}`
  return { found: `${message.replace(/\.$/, '')} (${code})`.trimStart(), ...(remedy !== undefined && { remedy }) }
}

/** Of a provider: its connection where all sites share one, itself where each site has its own. */
export function placeOf({ name, adapter, shared }: SourceSettings): string[] {
  return ['providers', name, ...(shared && needsConnection(adapter.connectionSchema) ? ['connection'] : [])]
}

/** A remedy, as it stands behind a mistake, by itself. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?]$/.test(text) ? '' : '.'}`
}
