// QB-FALSE-KEY: whether the provider looks at credentials at all.
import type { ConnectionCheck } from '../../quota/provider.ts'
import type { SourceSettings } from '../../quota/source.ts'
import { type Check, type Found, Skip } from '../check.ts'
import { holdsSecret, namesOfSecrets, withMadeUpSecrets } from '../credentials.ts'
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
  if (asked.check.health === 'failing') throw didNotAnswer()
  const names = namesOfSecrets(source)
  const place = placeOf(source)
  if (!holdsSecret(asked.connection, names) && !holdsSecret(source.settings, names)) throw new Skip('it has no secret')
  const verdict = judge(
    await asked.checkWith(withMadeUpSecrets(asked.connection, names), withMadeUpSecrets(source.settings, names))
  )
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
