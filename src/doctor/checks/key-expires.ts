// QB-KEY-EXPIRES: how long the credentials of a provider are good.
import type { SourceSettings } from '../../quota/source.ts'
import { type Check, type Found, Skip } from '../check.ts'
import type { Examination } from '../examination.ts'
import { placeOf } from '../finding.ts'
import { variablesToSet } from '../written.ts'
import { didNotAnswer, forEachProvider } from './each-provider.ts'

const DAY_MS = 86_400_000
const SOON_DAYS = 30
/** A weekend. */
const URGENT_DAYS = 3

export const keyExpires: Check = {
  code: 'QB-KEY-EXPIRES',
  group: 'Providers',
  looksAt: 'How many days the credentials are still good, where the provider tells.',
  warnsWhen: 'They end within 30 days.',
  failsWhen: 'They end within 3 days.',
  async run(examination) {
    return forEachProvider(examination, source => look(source, examination))
  }
}

async function look(source: SourceSettings, { ask, now, written }: Examination): Promise<Found> {
  const { check } = await ask(source)
  const place = placeOf(source)
  if (check.health === 'failing') throw didNotAnswer()
  const { expiresAt } = check
  if (expiresAt === undefined) throw new Skip('the provider does not tell when they end')
  if (expiresAt === 'never') return { status: 'ok', found: 'the credentials do not end', place }
  const days = Math.floor((expiresAt.getTime() - now()) / DAY_MS)
  const found = `the credentials end in ${days === 1 ? 'one day' : `${days} days`}, on ${expiresAt.toISOString().slice(0, 10)}`
  if (days >= SOON_DAYS) return { status: 'ok', found, place }
  const remedy = 'Make new ones at the provider, put them in the place of these, and restart the service.'
  return { status: days < URGENT_DAYS ? 'failed' : 'warning', found, place, remedy, ...variablesToSet(written, place) }
}
