// What a site reads that has no connection yet: nothing bought, in Wix's form, and a button that leads to connecting.
// https://dev.wix.com/docs/rest/business-management/automations/actions/action-service-plugin/get-quota-info
import { OTHER_FEATURES } from '../quota/selection.ts'
import type { ActionQuotaInfo } from '../wix/contract.ts'
import { featureName, type Naming } from './names.ts'
import { plainText } from './plain-text.ts'
import { NOTHING_TO_SHOW } from './present.ts'

export interface NotConnected extends Naming {
  /** Ids of what the action shows; `*` names nothing as long as nobody can be asked. */
  features: readonly string[]
  /** What is to be connected, as the site owner knows it. */
  name: string
  /** Where a person connects it; without it there is no button. */
  connectUrl?: string
  /** Which of the catalogue's names fit: the adapter's type. */
  vocabulary: string
}

/** 0 of 0 for each feature; where no feature is named, nothing is shown. */
export function presentNotConnected(options: NotConnected): ActionQuotaInfo {
  const { connectUrl, vocabulary, words } = options
  const name = plainText(options.name)
  const features = options.features.filter(feature => feature !== OTHER_FEATURES)
  if (features.length === 0) return NOTHING_TO_SHOW
  const description = words.tell('tooltip.not-connected', { name })
  return {
    enforced: true,
    quotaInfo: [
      {
        plans: [],
        quotas: features.map(feature => ({
          featureName: featureName(vocabulary, { feature }, options),
          currentUsage: '0',
          limit: '0',
          additionalInfo: { description }
        })),
        ...(connectUrl && { upgradeCta: { url: connectUrl, label: words.tell('button.connect', { name }) } })
      }
    ]
  }
}
