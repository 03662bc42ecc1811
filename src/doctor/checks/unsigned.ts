// QB-WIX-UNSIGNED: whether anybody may ask.
import type { Check } from '../check.ts'

export const unsigned: Check = {
  code: 'QB-WIX-UNSIGNED',
  group: 'Wix',
  looksAt: 'Only calls that Wix has signed are answered.',
  warnsWhen: '`wix.allowUnsigned` is on, which is for development.',
  offline: true,
  async run({ parts: { wix }, notRight }) {
    const place = ['wix', 'allowUnsigned']
    if (!wix) throw notRight('wix')
    if (!wix.allowUnsigned) return [{ status: 'ok', found: 'only signed calls are answered' }]
    return [
      {
        status: 'warning',
        found: 'anybody may ask anything without a signature',
        place,
        remedy: 'Switch it off before others can reach this service.',
        paste: ['allowUnsigned: false']
      }
    ]
  }
}
