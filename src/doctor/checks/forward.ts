// QB-FORWARD: whether the maker's own server is there. It is asked by GET, which changes nothing.
// https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1
import { Value } from '../../schema.ts'
import { ErrorAnswer } from '../../wix/contract.ts'
import { type Check, type Found, forEach, Skip } from '../check.ts'
import { call } from '../hops.ts'

const GATEWAY: ReadonlySet<number> = new Set([502, 503, 504])

export const forward: Check = {
  code: 'QB-FORWARD',
  group: 'Ways',
  looksAt: 'What `forward.to` names answers, whatever it answers. It is asked by GET, which has no effects.',
  warnsWhen: 'A gateway answers that its own server is not there.',
  failsWhen: 'It cannot be reached, or leads back to Quota Bridge.',
  async run({ parts: { forward: targets }, notRight, written }) {
    if (targets === undefined) throw notRight('forward')
    if (targets.length === 0) throw new Skip('the configuration has no forward:')
    const isList = Array.isArray(Object(written?.value).forward)
    const named = targets.map(
      ({ origin, path }, index) =>
        [`${origin}${path}`, isList ? ['forward', String(index), 'to'] : ['forward', 'to']] as const
    )
    return forEach(named, (place, to) => look(to, place))
  }
}

async function look(to: string, place: readonly string[]): Promise<Found> {
  const answered = await call({ url: new URL(to), method: 'GET' })
  if ('found' in answered) return { status: 'failed', ...answered, place }
  const { status, body } = answered
  if (isOurs(body)) {
    return {
      status: 'failed',
      found: `Quota Bridge itself answers there (HTTP ${status})`,
      place,
      remedy: "Name the server behind it, which answers the action's other methods."
    }
  }
  if (GATEWAY.has(status)) {
    return {
      status: 'warning',
      found: `a gateway answers that its server is not there (HTTP ${status})`,
      place,
      remedy: "See that the maker's own server runs, and that the gateway leads to it."
    }
  }
  return { status: 'ok', found: `answers (HTTP ${status})`, place }
}

function isOurs(body: string): boolean {
  try {
    return Value.Check(ErrorAnswer, JSON.parse(body))
  } catch {
    return false
  }
}
