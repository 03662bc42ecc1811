// Calls that were refused, for whoever looks after the service: which of them are alike, and what of them may be told.
import type { OnRefused } from '../http/errors.ts'
import type { Publish } from '../observe/events.ts'
import { visibleText } from '../providers/upstream-text.ts'

const PATH_LENGTH_MAX = 200

/** Tells of every refused call but a visitor's that follows an old link. */
export function createRefusals(publish: Publish): OnRefused {
  return ({ code, message, remedy, data, logged }, { raw }) => {
    if (code === 'UPGRADE_NOT_FOUND' || code === 'CONNECT_TOKEN_ENDED') return
    const { actionKey, ...others } = data
    const facts = texts({ ...others, action: actionKey, ...logged })
    if (code === 'NOT_FOUND') {
      facts.method = raw.method ?? ''
      // A query may hold anything.
      facts.path = (raw.url ?? '').replace(/\?.*/, '').slice(0, PATH_LENGTH_MAX)
    }
    publish({ kind: 'call-refused', failure: { code, message, remedy }, cause: causeOf(code, message, facts), facts })
  }
}

/** Whatever nobody has signed yet must not make causes: there is one for the app we know, and one for all others. */
function causeOf(code: string, message: string, { appId, aud, ...others }: Record<string, string>): string {
  const told = code === 'INVALID_SIGNATURE' ? [aud === appId] : [aud, others]
  return JSON.stringify([message, ...told])
}

function texts(facts: Record<string, unknown>): Record<string, string> {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined)
  return Object.fromEntries(known.map(([name, value]) => [name, visibleText(String(value)) ?? '']))
}
