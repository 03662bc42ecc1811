// A recorded pair of DocSpace answers, changed as a test wants it, and what the adapter makes of it.
import { loadScenario, type ScenarioName } from '../../src/devkit/docspace-scenarios.ts'
import { convert } from '../../src/providers/docspace/convert.ts'
import {
  answerChecks,
  type DocSpaceQuota,
  type DocSpaceTariff,
  type Feature
} from '../../src/providers/docspace/schema.ts'

const NOON = new Date('2026-11-22T12:00:00Z')
const portal = { origin: 'https://acme.onlyoffice.com', upgradePath: '/portal-settings/payments/portal-payments' }

export interface Changes {
  quota?: Partial<DocSpaceQuota>
  tariff?: Partial<DocSpaceTariff>
  features?: Partial<Feature>[]
  noTariff?: boolean
  now?: Date
}

/** The report, dates as on the day of recording. */
export function report(scenario: ScenarioName, { quota, tariff, features, noTariff, now = NOON }: Changes = {}) {
  const answers = loadScenario(scenario, NOON)
  if (!answerChecks.quota.Check(answers.quota) || !answerChecks.tariff.Check(answers.tariff))
    throw new Error('bad sample')
  const changed = { ...answers.quota.response, ...quota }
  if (features)
    changed.features = features.map(feature => ({
      id: 'room',
      type: 'count',
      value: 5,
      used: { value: 1 },
      ...feature
    }))
  return convert(changed, noTariff ? undefined : { ...answers.tariff.response, ...tariff }, portal, now)
}

/** Its one group. */
export const group = (...args: Parameters<typeof report>) => report(...args).groups[0] ?? { plans: [], quotas: [] }
/** The quotas in it. */
export const quotas = (...args: Parameters<typeof report>) => group(...args).quotas
/** Their limits, by feature. */
export const limits = (...args: Parameters<typeof report>) =>
  Object.fromEntries(quotas(...args).map(({ feature, limit }) => [feature, limit]))
