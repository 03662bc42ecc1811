// QB-ACTION-FEATURES: whether what an action shows is there.
import type { ConfiguredAction } from '../../config/providers.ts'
import { ProviderError } from '../../quota/provider.ts'
import { OTHER_FEATURES } from '../../quota/selection.ts'
import { type Check, type Found, forEach, Skip } from '../check.ts'
import type { Examination } from '../examination.ts'
import { featuresOf } from './key-sees.ts'

export const actionFeatures: Check = {
  code: 'QB-ACTION-FEATURES',
  group: 'Actions',
  looksAt: "What each action shows is in its provider's report.",
  warnsWhen: 'Some of it is not: Wix is told the rest.',
  failsWhen: 'None of it is: Wix shows nothing for the action.',
  async run(examination) {
    return forEach(examination.actions, async (action, key) => {
      if (action instanceof Skip) throw action
      return look(action, key, examination)
    })
  }
}

async function look(action: ConfiguredAction, key: string, { parts, ask, notRight }: Examination): Promise<Found> {
  const { provider, features, enforced } = action
  const place = ['actions', key]
  if (!enforced) throw new Skip('it has enforced: false, and Wix shows nothing for it')
  const source = parts.providers?.get(provider)
  if (!source) throw notRight('providers', provider)
  const { report } = await ask(source)
  if (report instanceof ProviderError) throw new Skip(`${provider} did not answer (QB-PROVIDER-ANSWERS)`)
  const told = featuresOf(report)
  const named = features.filter(id => id !== OTHER_FEATURES)
  const shown = features.includes(OTHER_FEATURES) ? [...told] : named.filter(id => told.has(id))
  const missing = named.filter(id => !told.has(id))
  if (shown.length === 0) {
    return {
      status: 'failed',
      found: `${provider} tells none of ${features.join(', ')}: Wix shows nothing`,
      place,
      ...(told.size === 0
        ? { remedy: 'The provider tells none at all now.' }
        : {
            remedy: 'Name features that are told.',
            paste: [`${key}: { provider: ${provider}, features: [${[...told].join(', ')}] }`]
          })
    }
  }
  if (missing.length === 0) return { status: 'ok', found: shown.join(', '), place }
  return {
    status: 'warning',
    found: `${shown.join(', ')}; ${provider} does not tell ${missing.join(', ')}`,
    place,
    remedy: 'It is not in the plan, or hidden from the credentials (QB-KEY-SEES).'
  }
}
