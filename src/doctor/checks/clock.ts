// QB-CLOCK: our clock against those of the providers.
import { type Check, type Found, Skip } from '../check.ts'
import type { ServerDate } from '../server-dates.ts'

/** Beyond this Wix's signed calls may be refused: the envelope's tolerance. */
const WRONG_MS = 60_000
/** What a slow answer and whole seconds may make of a clock that is right. */
const DOUBTFUL_MS = 5000

export const clock: Check = {
  code: 'QB-CLOCK',
  group: 'Providers',
  looksAt:
    "This clock against the header `Date` of the providers: by it Wix's signed calls are judged, and the age of numbers.",
  warnsWhen: 'They differ by more than 5 seconds.',
  failsWhen: 'They differ by more than a minute: calls of Wix are then refused as `INVALID_CLAIMS`.',
  async run({ ask, parts, dates }) {
    // Whoever was not asked yet is asked now.
    await Promise.allSettled([...(parts.providers?.values() ?? [])].map(ask))
    const byOrigin = Map.groupBy(dates, ({ origin }) => origin)
    if (byOrigin.size === 0) throw new Skip('no provider told the time')
    return [...byOrigin].map(([origin, told]): Found => ({ subject: origin, ...judge(told) }))
  }
}

/** By the answer that tells the least difference: what was late on its way tells more. */
function judge(told: readonly ServerDate[]): Found {
  const ahead = told.map(({ date, receivedAt }) => receivedAt - date).sort((a, b) => Math.abs(a) - Math.abs(b))
  const [ms = 0] = ahead
  const seconds = Math.round(Math.abs(ms) / 1000)
  if (Math.abs(ms) <= DOUBTFUL_MS) return { status: 'ok', found: 'the clocks agree' }
  return {
    status: Math.abs(ms) > WRONG_MS ? 'failed' : 'warning',
    found: `this clock is ${seconds} seconds ${ms > 0 ? 'ahead' : 'behind'}`,
    remedy: 'Let the machine keep its time by NTP; a container has the clock of its host.',
    paste: ['timedatectl set-ntp true']
  }
}
