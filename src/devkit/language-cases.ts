// What a site owner may read, one case for each way a plan can stand: for reviewing a language and for measuring it.

import { presentNotConnected } from '../presentation/not-connected.ts'
import { present, type SizeStyle } from '../presentation/present.ts'
import type { Words } from '../presentation/words.ts'
import { upgradePageWords } from '../public/upgrade-page.ts'
import type { AsOf, Plan, Quota, QuotaReport } from '../quota/report.ts'
import type { ActionQuotaInfo } from '../wix/contract.ts'

const NOW = new Date('2026-11-22T15:00:00Z')
const IN_TWO_WEEKS = new Date('2026-12-05T09:03:34Z')
const PORTAL = 'https://acme.onlyoffice.com'
const KB = 1024
const GB = 1024 ** 3

const STARTUP: Plan = { id: '-3', kind: 'startup' }
const BUSINESS: Plan = { id: '-9', kind: 'business' }
const MORE_STORAGE: Plan = { id: '-11', kind: 'wallet-storage', quantity: 100, size: 100 * 1024 ** 3 }

const rooms = (used: number, limit: Quota['limit']): Quota => ({
  ...{ feature: 'room', unit: 'count', used, limit },
  warnAtRemaining: 2
})
const bytes = (used: number, limit: number): Quota => ({ feature: 'total_size', unit: 'bytes', used, limit })
const admins = (used: number, limit: Quota['limit']): Quota => ({ ...rooms(used, limit), feature: 'manager' })
const storage = (gigabytes: number, limit: number | 'unlimited'): Quota => ({
  ...{ feature: 'total_size', unit: 'bytes', used: Math.floor(gigabytes * GB) },
  limit: limit === 'unlimited' ? limit : limit * GB,
  manageUrl: `${PORTAL}/portal-settings/management/disk-space`
})

const renewing = (quotas: Quota[]) => quotas.map(quota => ({ ...quota, renewsAt: IN_TWO_WEEKS }))

interface Case {
  plans: Plan[]
  quotas: Quota[]
  state?: Partial<Pick<QuotaReport, 'state' | 'stateEndsAt'>>
  asOf?: AsOf
  sizes?: SizeStyle
}

/** Of each plan its name alone is of interest. */
const named = (...kinds: string[]): Plan[] => kinds.map(kind => ({ id: kind, kind }))

const CASES: Record<string, Case> = {
  'a free plan near its limit': { plans: [STARTUP], quotas: [rooms(11, 12), admins(2, 3), storage(1.866, 2)] },
  'a paid plan with added storage': {
    plans: [BUSINESS, MORE_STORAGE],
    quotas: renewing([
      ...[rooms(212, 'unlimited'), admins(9, 10), storage(2388.93, 2600)],
      { feature: 'users', unit: 'count', used: 1234, limit: 'unlimited' },
      { feature: 'aiagent', unit: 'count', used: 18, limit: 20 },
      { feature: 'free_backup', unit: 'count', used: 1, limit: 2 }
    ])
  },
  'grace period': {
    plans: [BUSINESS],
    quotas: [rooms(212, 'unlimited'), admins(4, 5), storage(612.365, 1250)],
    state: { state: 'grace', stateEndsAt: IN_TWO_WEEKS }
  },
  unlimited: {
    plans: [{ id: '-1', kind: 'community' }],
    quotas: [rooms(31, 'unlimited'), admins(6, 'unlimited'), storage(98.006, 'unlimited')]
  },
  'a trial, its limits reached and exceeded': {
    plans: [{ id: '-1', kind: 'trial' }],
    quotas: [rooms(12, 12), admins(1001, 1000), storage(2, 2)],
    state: { state: 'trial', stateEndsAt: IN_TWO_WEEKS }
  },
  'expired, as told this afternoon': {
    plans: [BUSINESS],
    quotas: [rooms(1, 100), storage(0.05, 250)],
    state: { state: 'expired' },
    asOf: { fetchedAt: new Date('2026-11-22T14:05:00Z') }
  },
  'a storage limit of 0, set by the owner': {
    plans: [{ id: '-1', kind: 'community' }],
    quotas: [{ ...storage(98.006, 0), limitSetByOwner: true }]
  },
  'every other plan': {
    plans: named('non-profit', 'zoom', 'subscription', 'enterprise', 'developer', 'self-hosted'),
    quotas: [rooms(1, 100)]
  },
  'everything else that can be bought': {
    plans: named(
      ...['wallet', 'wallet-backup', 'wallet-ai-tools', 'wallet-docs-connect', 'wallet-docs-connect-dev-pack'],
      'wallet-ai-search'
    ),
    quotas: [rooms(1, 100)]
  },
  'few left of few, and of a hundred': {
    plans: [STARTUP],
    quotas: [
      admins(1, 3),
      rooms(95, 100),
      rooms(100, 100),
      { feature: 'users', unit: 'count', used: 1234, limit: 1000 }
    ]
  },
  'bytes and kilobytes': {
    plans: [STARTUP],
    quotas: [bytes(1000, 1000), bytes(950, 1000), bytes(1.5 * KB, KB), bytes(1, 1)]
  },
  'sizes as text, of which nothing is used': {
    plans: [BUSINESS],
    quotas: [
      bytes(0, 250 * GB),
      bytes(0, 0),
      { ...bytes(0, 0), limitSetByOwner: true },
      bytes(Math.floor(1023.999 * GB), 1024 * GB)
    ],
    sizes: 'in-value'
  },
  "plans as their portal's language calls them, one of them known here": {
    plans: [
      { ...STARTUP, name: 'Gründung' },
      { id: '-99', name: 'Geschäftlich Plus' }
    ],
    quotas: [rooms(1, 12)]
  },
  'newer numbers are late': {
    plans: [BUSINESS],
    quotas: [rooms(1, 100)],
    asOf: { fetchedAt: new Date('2026-11-22T14:05:00Z'), reason: 'late' }
  },
  'no newer numbers since yesterday': {
    plans: [BUSINESS],
    quotas: [rooms(1, 100)],
    asOf: { fetchedAt: new Date('2026-11-21T14:05:00Z'), reason: 'unavailable' }
  },
  'access refused since yesterday': {
    plans: [BUSINESS],
    quotas: [rooms(1, 100)],
    asOf: { fetchedAt: new Date('2026-11-21T14:05:00Z'), reason: 'refused' }
  }
}

/** Names of the cases that are answered from a report. */
export const reportCases: readonly string[] = Object.keys(CASES)

const common = { sizes: 'in-name', labels: new Map<string, string>(), now: NOW } as const

/** The answer to one of reportCases. */
export function sayCase(name: string, words: Words): ActionQuotaInfo {
  const { plans, quotas, state, asOf, sizes = common.sizes } = CASES[name] ?? { plans: [], quotas: [] }
  const report: QuotaReport = {
    vocabulary: 'docspace',
    account: PORTAL,
    state: 'active',
    ...state,
    groups: [{ plans, quotas, upgradeUrl: `${PORTAL}/portal-settings/payments/portal-payments` }]
  }
  return present(report, { ...common, sizes, words, ...(asOf && { asOf }) })
}

/** What pages say, by what they are about. */
export function sayPages(words: Words): Record<string, { title: string; text: string }> {
  return {
    'an upgrade link that has ended': upgradePageWords(404, words),
    'an upgrade link that cannot be followed now': upgradePageWords(503, words)
  }
}

/** Readers in whose own regions numbers and dates are written differently from what is usual in their language. */
export const regionalReaders: readonly string[] = ['ar-EG', 'de-CH', 'en-GB', 'es-MX']

/** Every answer in one language, by what it is about. */
export function sayAllCases(words: Words): Record<string, ActionQuotaInfo> {
  return {
    ...Object.fromEntries(reportCases.map(name => [name, sayCase(name, words)])),
    'not connected': presentNotConnected({
      ...common,
      words,
      vocabulary: 'docspace',
      name: 'DocSpace',
      features: ['room', 'total_size'],
      connectUrl: 'https://app.example.com/connect'
    })
  }
}
