// An answer as Wix's screen shows it: "usage of limit", and of what is unlimited the usage alone.
import type { Words } from '../presentation/words.ts'
import type { ActionQuotaInfo, Quota } from '../wix/contract.ts'
import type { Modal } from './answer.ts'

/** The screen for an answer; for an error, where there is none. */
export function modalOf(answer: ActionQuotaInfo | undefined, words: Words): Modal {
  const frame = { title: words.say('page.modal.title'), app: words.say('page.modal.app') }
  if (!answer) return { ...frame, message: words.say('page.modal.error'), groups: [] }
  const { enforced, quotaInfo } = answer
  if (!enforced || quotaInfo.length === 0) return { ...frame, message: words.say('page.modal.nothing'), groups: [] }
  return {
    ...frame,
    groups: quotaInfo.map(({ plans, quotas, upgradeCta }) => ({
      plans: plans.map(({ name }) => name),
      quotas: quotas.map(quota => rowOf(quota, words)),
      ...(upgradeCta && { button: upgradeCta })
    }))
  }
}

function rowOf({ featureName, currentUsage, limit, renewalDate, additionalInfo }: Quota, words: Words) {
  return {
    name: featureName,
    usage: limit === undefined ? currentUsage : words.tell('page.modal.usage', { used: currentUsage, limit }),
    ...(renewalDate !== undefined && {
      renews: words.tell('page.modal.renews', { date: words.date(new Date(renewalDate)) })
    }),
    ...(additionalInfo && {
      tooltip: {
        label: words.tell('page.modal.more', { name: featureName }),
        text: additionalInfo.description,
        ...(additionalInfo.cta && { link: additionalInfo.cta })
      }
    })
  }
}
