// What the fake DocSpace can be: recorded answers in sensible pairs, their dates moved to today, cut down to what a role may see.
import { readFileSync } from 'node:fs'

const RECORDED_AT = Date.UTC(2026, 10, 22)
const DAY_MS = 86_400_000

const PAIRS = {
  startup: ['quota-01-startup-free-admin-v3.7', 'tariff-01-startup-free-admin-v3.7'],
  'startup-3.8': ['quota-11-startup-v3.8-with-currency', 'tariff-01-startup-free-admin-v3.7'],
  'startup-at-limit': ['quota-14-startup-at-limit-german-v3.7', 'tariff-01-startup-free-admin-v3.7'],
  trial: ['quota-05-trial-v3.7', 'tariff-07-trial-v3.7'],
  business: ['quota-02-business-monthly-5-admins-v3.7', 'tariff-02-business-paid-v3.7'],
  'business-3.8': ['quota-12-business-monthly-5-admins-EUR-v3.8', 'tariff-02-business-paid-v3.7'],
  'business-with-storage': [
    'quota-03-business-monthly-10-admins-plus-100GB-wallet-v3.7',
    'tariff-03-business-paid-plus-storage-wallet-v3.7'
  ],
  'business-in-grace': ['quota-02-business-monthly-5-admins-v3.7', 'tariff-05-delay-grace-period-v3.7'],
  'business-expired': ['quota-02-business-monthly-5-admins-v3.7', 'tariff-06-notpaid-expired-v3.7'],
  'business-plain-user': ['quota-09-business-plain-user-key-v3.7', 'tariff-08-plain-user-key'],
  'business-from-wallet': ['quota-17-business-from-wallet-v3.8', 'tariff-14-business-from-wallet-v3.8'],
  community: ['quota-07-standalone-community-unlimited-v3.7', 'tariff-12-standalone-community'],
  enterprise: ['quota-15-standalone-enterprise-v3.7', 'tariff-11-standalone-license'],
  'developer-trial': ['quota-16-standalone-trial-licence-v3.7', 'tariff-13-standalone-developer-trial']
} as const

export type ScenarioName = keyof typeof PAIRS
export const scenarioNames = Object.keys(PAIRS).filter(isScenarioName)

export function isScenarioName(name: string): name is ScenarioName {
  return Object.hasOwn(PAIRS, name)
}

/** What each shows, in a few words. */
export const scenarioDescriptions: Readonly<Record<ScenarioName, string>> = {
  startup: 'the free plan',
  'startup-3.8': 'the free plan, as DocSpace 3.8 tells it',
  'startup-at-limit': 'the free plan with every limit reached, told in German',
  trial: 'the trial of a paid plan',
  business: 'a paid plan',
  'business-3.8': 'a paid plan, as DocSpace 3.8 tells it',
  'business-with-storage': 'a paid plan with additional storage',
  'business-in-grace': 'a paid plan whose payment is overdue',
  'business-expired': 'a paid plan that was paid no longer',
  'business-plain-user': "a paid plan, seen with a plain user's key",
  'business-from-wallet': 'a paid plan that is paid from the wallet',
  community: 'a portal of your own, without limits',
  enterprise: 'a portal of your own, with a licence',
  'developer-trial': 'a portal of your own, with a trial licence'
}

export type Role = 'owner' | 'admin' | 'room-admin' | 'user' | 'guest'

/** An answer of DocSpace, loosely typed: tests bend it. */
export interface DocSpaceAnswer {
  response: Record<string, unknown> & { features?: Record<string, unknown>[] }
  [key: string]: unknown
}

export interface Scenario {
  quota: DocSpaceAnswer
  tariff: DocSpaceAnswer
}

/** A fresh copy of a scenario, as an admin sees it, its dates as far from `now` as they were from the day of recording. */
export function loadScenario(name: ScenarioName, now: Date): Scenario {
  const days = Math.floor((now.getTime() - RECORDED_AT) / DAY_MS)
  const [quota, tariff] = PAIRS[name]
  return { quota: readSample(quota, days), tariff: readSample(tariff, days) }
}

function readSample(name: string, days: number): DocSpaceAnswer {
  const text = readFileSync(new URL(`samples/${name}.json`, import.meta.url), 'utf8')
  return JSON.parse(text, (_key, value) => (typeof value === 'string' ? shiftDate(value, days) : value))
}

function shiftDate(text: string, days: number): string {
  const match = /^(2\d{3}-\d{2}-\d{2})(T.+)$/.exec(text)
  if (!match?.[1]) return text
  const day = new Date(Date.parse(match[1]) + days * DAY_MS).toISOString().slice(0, 10)
  return `${day}${match[2]}`
}

/** Listed for admins and owners alone. */
const LISTED_FOR_ADMINS = new Set([
  ...['audit', 'ldap', 'sso', 'restore', 'branding', 'customization', 'thirdparty', 'year', 'backup', 'aitools'],
  'free_backup'
])

/** What a role is told of an answer that an admin would see whole. */
export function asSeenBy(role: Role, { quota, tariff }: Scenario): Scenario {
  if (role === 'owner' || role === 'admin') return { quota, tariff }
  const features = (quota.response.features ?? [])
    .filter(({ id }) => !LISTED_FOR_ADMINS.has(String(id)))
    .map(feature => (role === 'room-admin' || feature.id === 'total_size' ? feature : withoutUsage(feature)))
  const { state, dueDate, delayDueDate } = tariff.response
  return {
    quota: { ...quota, response: { ...quota.response, features } },
    tariff: { ...tariff, response: { id: 0, state, ...(role === 'room-admin' && { dueDate, delayDueDate }) } }
  }
}

/** Of a usage that is not for the key's owner to see, the number is missing; what has none stays as it is. */
function withoutUsage({ used, ...feature }: Record<string, unknown>): Record<string, unknown> {
  if (typeof used !== 'object' || used === null) return feature
  const { value: _, ...title } = { value: 0, ...used }
  return { ...feature, used: title }
}

const NOT_PAID = 3

/** Of such a portal only quota and tariff are answered; everything else with 402. */
export function isPaid({ tariff }: Scenario): boolean {
  return !(Number(tariff.response.state) >= NOT_PAID)
}
