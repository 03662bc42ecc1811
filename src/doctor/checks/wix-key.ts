// QB-WIX-KEY: the keys that Wix's calls are verified with.
import type { Check } from '../check.ts'
import { isWithin } from '../examination.ts'

const REMEDY = "Copy the public key whole from the app's page Webhooks in Wix's dashboard."
const DASHBOARD = 'https://manage.wix.com/account/custom-apps'

export const wixKey: Check = {
  code: 'QB-WIX-KEY',
  group: 'Wix',
  looksAt: '`wix.publicKey` can be read, and is an RSA key of 2048 bits or more.',
  failsWhen: 'A key cannot be read, is of another kind, shorter, or a private one.',
  offline: true,
  async run(examination) {
    const { mistakes, parts, unfit, notRight } = examination
    const place = ['wix', 'publicKey']
    if (unfit.some(({ places }) => places.some(path => isWithin(path, place)))) throw notRight(...place)
    const wrong = mistakes.filter(({ path }) => isWithin(path, place))
    const found = wrong.map(({ path, message }) => ({
      status: 'failed' as const,
      found: `the key ${message.split('; ')[0]}`,
      place: path,
      remedy: REMEDY,
      paste: [DASHBOARD]
    }))
    const keys = parts.wix?.publicKeys ?? []
    if (found.length === 0 && keys.length === 0) throw notRight('wix')
    const bits = keys.map(({ asymmetricKeyDetails }) => asymmetricKeyDetails?.modulusLength ?? 0)
    return [...found, ...bits.map(length => ({ status: 'ok' as const, found: `RSA, ${length} bits`, place }))]
  }
}
