// QB-CONFIG: the file as a whole.
import type { Mistake } from '../../mistakes.ts'
import type { Check, Found } from '../check.ts'
import { type Examination, isWithin } from '../examination.ts'
import { sentence } from '../finding.ts'

const WIX_KEY = ['wix', 'publicKey']

export const configuration: Check = {
  code: 'QB-CONFIG',
  group: 'Configuration',
  looksAt: 'The configuration is YAML, every key is known, and every value is one that it may have.',
  failsWhen:
    'It has mistakes: one line for each, with its place. What does not depend on it is looked at all the same.',
  offline: true,
  async run(examination) {
    const { mistakes, parts } = examination
    const ours = mistakes.filter(mistake => !isToldElsewhere(mistake, examination))
    if (ours.length > 0) return ours.map(tell)
    if (mistakes.length > 0) return [{ status: 'ok', found: 'all is right but what the lines below tell' }]
    const count = (what: string, { size = 0 } = {}) => `${size} ${what}${size === 1 ? '' : 's'}`
    return [{ status: 'ok', found: `${count('provider', parts.providers)}, ${count('action', parts.actions)}` }]
  }
}

function tell({ path, message }: Mistake): Found {
  const [what = '', ...remedies] = message.split('; ')
  return {
    status: 'failed',
    found: path.length === 0 ? message : `${path.join('.')} ${what}`,
    ...(path.length > 0 && { place: path }),
    ...(path.length > 0 && remedies.length > 0 && { remedy: sentence(remedies.join('; ')) })
  }
}

function isToldElsewhere({ path }: Mistake, { unfit }: Examination): boolean {
  const isNamed = unfit.some(({ places }) => places.some(place => isWithin(path, place)))
  return isNamed || isWithin(path, WIX_KEY)
}
