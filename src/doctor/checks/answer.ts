// QB-ANSWER: what the owner of a site reads, for an action that was named.
import { suggest } from '../../mistakes.ts'
import { ProviderError } from '../../quota/provider.ts'
import type { StoreInspection } from '../../store/inspection.ts'
import { type Told, tellAnswer } from '../answer.ts'
import { type Check, type Found, forEach, Skip } from '../check.ts'
import type { Examination } from '../examination.ts'
import { tellFinding } from '../finding.ts'

export const answer: Check = {
  code: 'QB-ANSWER',
  group: 'Answer',
  looksAt:
    'With `--action KEY` and as many `--language TAG` and `--site GUID` as are wanted: what the owner of the site reads now, and how old it is. What is stored counts; what a running service has in memory alone does not.',
  warnsWhen: 'Older numbers are shown, since there are none newer, or nothing is shown.',
  failsWhen: 'Wix gets an error.',
  async run(examination) {
    const { asked } = examination
    if (!asked) throw new Skip('no --action is named')
    return forEach([[asked.action, asked.languages] as const], (languages, key) => look(key, languages, examination))
  }
}

async function look(key: string, languages: readonly string[], examination: Examination): Promise<Found> {
  const { site, parts, actions, notRight } = examination
  const action = actions.get(key)
  if (action instanceof Skip) throw action
  if (!action) {
    const remedy = suggest(key, [...actions.keys()])
    return { status: 'failed', found: 'the configuration has no such action', remedy }
  }
  const source = parts.providers?.get(action.provider)
  if (!source) throw notRight('providers', action.provider)
  const place = ['actions', key]
  const store = await storeFor(examination, source.shared !== undefined)
  try {
    const told = await tellAnswer({ key, action, source, languages, site, store }, examination)
    examination.answered(told.answer)
    return { ...judge(told), place }
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    const told = tellFinding(error.finding, source.adapter.findings, error.reason)
    return { status: 'failed', ...told, found: `Wix gets ${error.status} ${error.code}: ${told.found}`, place }
  }
}

/** Without a store that can be read a shared connection is asked all the same, as a service does then. */
async function storeFor({ readableStore }: Examination, isShared: boolean): Promise<StoreInspection | undefined> {
  return isShared ? readableStore().catch(() => undefined) : readableStore()
}

function judge({ shown, answer: { ageSeconds, language, answer } }: Told): Omit<Found, 'subject' | 'place'> {
  const isShown = JSON.stringify(answer).includes('"enforced":true')
  if (!isShown) {
    const remedy =
      'See QB-ACTION-FEATURES; a site without a connection needs connectUrl or connect.page to be shown a button.'
    return { status: 'warning', found: 'nothing is shown', remedy }
  }
  if (!shown) return { status: 'ok', found: `in ${language}: the way to connect` }
  const age = ageSeconds === 0 ? 'fetched now' : `${inWords(Number(ageSeconds))} old`
  if (!shown.asOf?.reason) return { status: 'ok', found: `in ${language}, ${age}` }
  const why = { late: 'does not answer in time', unavailable: 'cannot be reached', refused: 'refuses' }[
    shown.asOf.reason
  ]
  return {
    status: 'warning',
    found: `in ${language}, ${age}, since the provider ${why}`,
    remedy: 'See QB-PROVIDER-ANSWERS.'
  }
}

function inWords(seconds: number): string {
  const [amount, unit] =
    seconds < 60 ? [seconds, 'second'] : seconds < 3600 ? [seconds / 60, 'minute'] : [seconds / 3600, 'hour']
  const whole = Math.floor(amount)
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`
}
