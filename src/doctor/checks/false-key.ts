// QB-FALSE-KEY: whether the provider looks at credentials at all.
import { randomInt } from 'node:crypto'
import type { ConnectionCheck } from '../../quota/provider.ts'
import type { SourceSettings } from '../../quota/source.ts'
import type { TObject } from '../../schema.ts'
import { type Check, type Found, Skip } from '../check.ts'
import type { Examination } from '../examination.ts'
import { placeOf, saysNothing } from '../finding.ts'
import { didNotAnswer, forEachProvider } from './each-provider.ts'

export const falseKey: Check = {
  code: 'QB-FALSE-KEY',
  group: 'Providers',
  looksAt:
    'A made-up key is refused: what answers is the provider itself, and not something in between that keeps answers.',
  failsWhen: 'It is taken.',
  async run(examination) {
    return forEachProvider(examination, source => look(source, examination))
  }
}

async function look(source: SourceSettings, { ask }: Examination): Promise<Found> {
  const asked = await ask(source)
  const { adapter } = source
  if (asked.check.health === 'failing') throw didNotAnswer()
  const madeUp = withMadeUpSecrets(adapter.connectionSchema, asked.connection)
  if (madeUp === undefined) throw new Skip('its connection holds no secret')
  const place = placeOf(source)
  const verdict = judge(await asked.checkWith(madeUp))
  if (verdict === 'refused') return { status: 'ok', found: 'a made-up key is refused', place }
  if (verdict !== 'taken') throw new Skip(`with a made-up key no answer came: ${verdict}`)
  return {
    status: 'failed',
    found: 'a made-up key is taken: whoever answers there does not look at it',
    place,
    remedy: 'Check the address, and that no cache or gateway in between answers in the name of others.'
  }
}

function judge(check: ConnectionCheck): string {
  if (check.health !== 'failing') return 'taken'
  return saysNothing(check.finding) ? check.finding : 'refused'
}

/** A connection whose secrets are of the same form, and nobody's; undefined when there are none. */
export function withMadeUpSecrets({ properties }: TObject, connection: unknown): unknown {
  if (typeof connection !== 'object' || connection === null) return undefined
  const secrets = Object.keys(properties).filter(key => properties[key]?.secret === true)
  if (secrets.length === 0) return undefined
  return Object.fromEntries(
    Object.entries(connection).map(([key, value]) => [
      key,
      secrets.includes(key) && typeof value === 'string' ? madeUp(value) : value
    ])
  )
}

const DIGITS = '0123456789'
const LETTERS = 'abcdef'

/** Letters that are hexadecimal digits too, for what is checked before it is looked up. */
function madeUp(secret: string): string {
  const one = (signs: string) => signs.charAt(randomInt(signs.length))
  return secret.replace(/\d/g, () => one(DIGITS)).replace(/[a-z]/gi, () => one(LETTERS))
}
