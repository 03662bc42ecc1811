// The log's share of what the service tells of its work.
import type { Logger } from 'pino'
import { createCountedWarnings, type WarnCounted } from './counted-warnings.ts'
import type { CheckedConnection, ConnectionHealth, Failure, ServiceEvent } from './events.ts'
import { createOutageLog, namesOf } from './outages.ts'

export interface EventLog {
  listener: (event: ServiceEvent) => void
  /** Tells what was not told yet. */
  close(): void
}

/** What to do where an action shows nothing: the check of a connection knows more than a report does. */
const NOTHING_TOLD_REMEDY =
  "Check the connection, which tells whether it sees too little; otherwise name other features: these are not in the site's plan."

/** `now` is in milliseconds since 1970. */
export function createEventLog(log: Logger, now: () => number): EventLog {
  const outages = createOutageLog(log, now)
  const warnNothingTold = createCountedWarnings(log, nothingTold('others', {}))
  const refusals = createRefusalLog(log)

  function listener(event: ServiceEvent): void {
    switch (event.kind) {
      case 'fetch-failed':
      case 'call-failed':
        outages.failed(event)
        break
      case 'fetch-done':
        outages.recovered(event.key, event.call)
        break
      case 'fetch-broke':
        log.error({ ...namesOf(event.key, event.call), err: event.error }, 'a fetch failed through a fault of ours')
        break
      case 'nothing-told': {
        const { key, call, features } = event
        warnNothingTold(
          nothingTold(JSON.stringify([key.provider, key.instanceId, call.actionKey]), {
            ...namesOf(key, call),
            features
          })
        )
        break
      }
      case 'call-refused':
        refusals(event)
        break
      case 'connection-checked':
        tellCheck(log, event)
        break
      case 'connection-health':
        tellHealth(log, event)
    }
  }
  return { listener, close: outages.close }
}

const nothingTold = (kind: string, fields: Record<string, unknown>) => ({
  kind,
  fields: { ...fields, remedy: NOTHING_TOLD_REMEDY },
  message: 'nothing is shown: the provider tells none of the features that the action shows'
})

/** Each code counts for itself: what anybody can provoke hides nothing that only Wix can. */
function createRefusalLog(log: Logger): (refused: ServiceEvent & { kind: 'call-refused' }) => void {
  const byCode = new Map<Failure['code'], WarnCounted>()
  return ({ failure, cause, facts }) => {
    const { code, message, remedy } = failure
    const warning = (kind: string, reason: string, more: Record<string, string>) => ({
      kind,
      fields: { code, reason, ...more, remedy },
      message: 'calls are refused'
    })
    const warn = byCode.get(code) ?? createCountedWarnings(log, warning('others', 'Others of this kind.', {}))
    byCode.set(code, warn)
    warn(warning(cause, message, facts))
  }
}

/** Of a site's connection the change alone: thousands may be well, and one that fails is told by each call too. */
function tellHealth(log: Logger, { key, health, before, finding, message, remedy }: ConnectionHealth): void {
  const names = { provider: key.provider, site: key.instanceId, health }
  if (before === undefined || (before === 'failing') === (health === 'failing')) return
  if (health === 'failing') log.warn({ ...names, finding, what: message, remedy }, "a site's connection does not work")
  else log.info(names, "a site's connection works again")
}

const CHECKED: Record<CheckedConnection['health'], ['info' | 'warn', string]> = {
  ok: ['info', 'the connection in the configuration works'],
  limited: ['warn', 'the connection in the configuration works, but tells less than it should'],
  failing: ['warn', 'the connection in the configuration does not work']
}

function tellCheck(log: Logger, checked: CheckedConnection): void {
  const { provider, health, finding, message, remedy, hidden, silentActions } = checked
  const [level, sentence] = CHECKED[health]
  log[level](
    {
      provider,
      health,
      finding,
      what: message,
      remedy,
      ...(hidden.length > 0 && { hidden }),
      ...(silentActions.length > 0 && { silentActions })
    },
    sentence
  )
}
