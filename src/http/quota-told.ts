// What an answered quota call leaves behind: its line in the log, and its Cache-Status.
import type { QuotaCall } from '../observe/events.ts'
import type { ProviderError } from '../quota/provider.ts'
import type { QuotaAction, QuotaResult } from '../quota/service.ts'
import type { Shown } from '../quota/show.ts'

/** A line of the log: its fields, and its message. */
export type LogLine = [fields: Record<string, unknown>, message: string]

/** Which call it was. */
export const namesOf = ({ actionKey, instanceId, requestId }: QuotaCall) => ({
  action: actionKey,
  site: instanceId,
  wixRequest: requestId
})

/** Of a call that was answered with numbers, with the way to connect, or with nothing; `ms` is how long it took. */
export function toldLine(call: QuotaCall, { action, shown }: QuotaResult<QuotaAction>, ms: number): LogLine {
  const fields = {
    ...namesOf(call),
    provider: action.source.name,
    ...(shown && {
      done: shown.done,
      ageMs: shown.ageMs,
      upstreamMs: shown.upstreamMs && Math.round(shown.upstreamMs)
    }),
    ms: Math.round(ms)
  }
  return [fields, 'quota told']
}

/** Of a call for which the provider could not tell. */
export function notToldLine(call: QuotaCall, error: ProviderError, ms: number): LogLine {
  const { code, finding, reason, message, remedy } = error
  return [{ ...namesOf(call), code, finding, reason, what: message, remedy, ms: Math.round(ms) }, 'quota not told']
}

/** What was done about an answer's numbers: https://www.rfc-editor.org/rfc/rfc9211 */
export function cacheStatus(shown: Shown | undefined): string {
  if (!shown) return 'quota-bridge; fwd=bypass'
  const detail = shown.asOf ? `; detail=${shown.asOf.reason ?? 'partial'}` : ''
  if (shown.done === 'hit' || shown.done === 'stale')
    return `quota-bridge; hit; ttl=${Math.floor(shown.freshMs / 1000)}${detail}`
  return `quota-bridge; fwd=${shown.done === 'update' ? 'stale' : 'miss'}; stored${detail}`
}
