// QB-ANSWER: what the owner of a site reads, for an action that was named.
import { findingOf } from '../../findings.ts'
import { suggest } from '../../mistakes.ts'
import { ProviderError } from '../../quota/provider.ts'
import type { StoreInspection } from '../../store/inspection.ts'
import { type Told, tellAnswer } from '../answer.ts'
import { type Check, type Found, Skip } from '../check.ts'
import type { Examination } from '../examination.ts'

export const answer: Check = {
  code: 'QB-ANSWER',
  group: 'Answer',
  looksAt:
    'With `--action KEY` and as many `--language TAG` and `--site GUID` as are wanted: what the owner of the site reads now, and how old it is. What is stored counts; what a running service has in memory alone does not.',
  warnsWhen: 'Older numbers are shown, since there are none newer, or nothing is shown.',
  failsWhen: 'Wix gets an error.',
  async run(examination) {
    const { asked, site, parts } = examination
    if (!asked) throw new Skip('no --action is named')
    const { action: key, languages } = asked
    const action = parts.actions?.get(key)
    if (!action) return [unknownAction(key, [...(parts.actions?.keys() ?? [])])]
    const source = parts.providers?.get(action.provider)
    if (!source)
      throw new Skip(`its provider ${action.provider} is not configured rightly (QB-CONFIG)`, { subject: key })
    const line = { subject: key, place: ['actions', key] }
    const store = await storeFor(examination, source.shared !== undefined)
    try {
      const told = await tellAnswer({ key, action, source, languages, site, store }, examination)
      examination.answered(told.answer)
      return [{ ...line, ...judge(told) }]
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error
      const [message = error.message, remedy] = findingOf(error.finding, source.adapter.findings) ?? []
      const found = `Wix gets ${error.status} ${error.code}. ${message.replace(/\.$/, '')}: ${error.finding}`
      return [{ ...line, status: 'failed', found, ...(remedy && { remedy }) }]
    }
  }
}

function unknownAction(key: string, known: string[]): Found {
  return { status: 'failed', subject: key, found: 'the configuration has no such action', remedy: suggest(key, known) }
}

/** Without a store that can be read a shared connection is asked all the same, as by a service that has just started. */
async function storeFor({ readableStore }: Examination, isShared: boolean): Promise<StoreInspection | undefined> {
  if (!isShared) return readableStore()
  return readableStore().catch(error => {
    if (error instanceof Skip) return undefined
    throw error
  })
}

function judge({ shown, answer: { ageSeconds, language, answer } }: Told): Omit<Found, 'subject' | 'place'> {
  const isShown = JSON.stringify(answer).includes('"enforced":true')
  if (!isShown) {
    const remedy = 'See QB-ACTION-FEATURES; a site without a connection needs connectUrl to be shown a button.'
    return { status: 'warning', found: 'nothing is shown', remedy }
  }
  if (!shown) return { status: 'ok', found: `in ${language}: the way to connect` }
  const age = ageSeconds === 0 ? 'new' : `${ageSeconds} seconds old`
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
