// What of DocSpace's numbers must be shown, and how, worked out anew from what DocSpace told.
// https://api.onlyoffice.com/docspace/api-backend/usage-api/get-quota-payment-information/
import type { SizeStyle } from '../../src/presentation/present.ts'
import type { DocSpaceQuota, DocSpaceTariff, Feature } from '../../src/providers/docspace/schema.ts'
import type { Plan, Quota } from '../../src/wix/contract.ts'

const NAMES = new Map([
  ['room', 'Rooms'],
  ['manager', 'Admins'],
  ['total_size', 'Storage space'],
  ['users', 'Guests'],
  ['aiagent', 'AI agents'],
  ['free_backup', 'Free backups this month']
])
const POWERS = new Map(['B', 'kB', 'MB', 'GB', 'TB', 'PB'].map((unit, power) => [unit, power]))
const USAGE = / of .+ used/
const STATE = /(The plan has expired\.|The trial ends on .+\.|Payment is overdue\..*)$/

/** A date of the day on which the answers are asked for. */
const TODAY_IN_UTC = /^2026-11-22T\d\d:\d\d:\d\d(\.\d+)?Z$/

export interface Told {
  quota: DocSpaceQuota
  /** Absent when that call failed. */
  tariff: DocSpaceTariff | undefined
  /** As the action lists them; `*` for all others. */
  features: readonly string[]
  sizes: SizeStyle
}

/** What is wrong with the quotas of an answer; empty when nothing is. */
export function numberViolations({ quota, tariff, features, sizes }: Told, shown: readonly Quota[]): string[] {
  const counted = quota.features.flatMap(each => told(each, ownersLimit(each, quota, tariff)))
  const once = counted.filter(({ id }, index) => counted.findIndex(each => each.id === id) === index)
  const due = inOrder(once, features)
  if (due.length !== shown.length) {
    return [`${shown.length} quotas are shown, not ${due.length}: ${JSON.stringify(shown)} of ${JSON.stringify(due)}`]
  }
  return due.flatMap((feature, index) => {
    const given = shown[index]
    const found = given ? quotaViolations(feature, given, { quota, tariff, sizes }) : ['there is none']
    return found.map(each => `${feature.id}, shown as ${JSON.stringify(given)}: ${each}`)
  })
}

const MAIN_NAMES = new Map([
  [-2, 'Business'],
  [-3, 'Startup'],
  [-6, 'Subscription'],
  [-7, 'Non-profit'],
  [-8, 'Zoom'],
  [-9, 'Business'],
  [-10, 'Business'],
  [-14, 'Business']
])

/** What is wrong with the plans beside them: the main one first, then one for each thing that was bought and paid beside it. */
export function planViolations({ quota, tariff }: Pick<Told, 'quota' | 'tariff'>, plans: readonly Plan[]): string[] {
  const found: string[] = []
  const ids = plans.map(({ id }) => id)
  if (new Set(ids).size !== ids.length) found.push(`a plan is shown twice: ${JSON.stringify(plans)}`)
  const [main, ...extra] = plans
  const name = MAIN_NAMES.get(quota.id)
  if (name !== undefined && main?.name !== name) found.push(`the plan ${quota.id} is called ${main?.name}`)

  const rows = tariff?.quotas ?? []
  const sign = rows.some(row => 'additional' in row) ? 'additional' : 'wallet'
  const bought = rows.filter(row => row[sign] && (row.state ?? 0) === 0 && row.quantity !== 0 && row.id !== quota.id)
  const wanted = [...new Set(bought.map(({ id }) => id))]
  if (wanted.length !== extra.length) return [...found, `${extra.length} extras are shown, not ${wanted.length}`]
  const storage = extra[wanted.indexOf(-11)]
  if (!storage) return found
  const [, size] = /^Additional storage(?: \((.+)\))?$/.exec(storage.name) ?? [undefined, 'none']
  const [quantity = -1, ...others] = new Set(bought.filter(({ id }) => id === -11).map(row => row.quantity))
  const known = others.length === 0 && Number.isSafeInteger(quantity) && quantity > 0
  const held = known ? size && isCut(size, undefined, quantity * 1024 ** 3) : size === undefined
  return held ? found : [...found, `${quantity} GB of storage are shown as ${storage.name}`]
}

function inOrder(told: Feature[], features: readonly string[]): Feature[] {
  const named = new Set(features)
  return features.flatMap(name => told.filter(({ id }) => (name === '*' ? id === '*' || !named.has(id) : id === name)))
}

function ownersLimit(feature: Feature, quota: DocSpaceQuota, tariff: DocSpaceTariff | undefined): number | undefined {
  const standalone =
    quota.id === -1000 ||
    (quota.id === -1 && quota.trial === false) ||
    [tariff?.openSource, tariff?.enterprise, tariff?.developer].includes(true)
  const limit = quota.tenantCustomQuota?.enableQuota ? quota.tenantCustomQuota.quota : undefined
  const applies = standalone && feature.id === 'total_size' && limit !== undefined && limit >= -1
  return applies ? limit : undefined
}

/** The feature as it counts: counted, part of the plan or limited by the owner, told exactly, and with a name that can be read. */
function told(feature: Feature, own: number | undefined): Feature[] {
  const { id, type, used, title, priceTitle } = feature
  const value = own ?? feature.value
  const isTold =
    (type === 'size' || type === 'count') &&
    id !== 'file_size' &&
    typeof value === 'number' &&
    Number.isSafeInteger(value) &&
    (value === -1 || value > 0 || own === 0) &&
    used?.value !== undefined &&
    Number.isSafeInteger(used.value) &&
    used.value >= 0 &&
    [priceTitle, title, id].some(isReadable)
  return isTold ? [{ ...feature, value }] : []
}

/** A text as it may be shown, before it is cut: character by character. */
function seen(text: string): string {
  const characters = [...text].map(character => {
    const code = character.codePointAt(0) ?? 0
    if (/[\t-\r\u0085\p{Z}]/u.test(character)) return ' '
    const hidden = code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0xd800 && code < 0xe000)
    return hidden || /[\p{DI}\p{Bidi_C}\ufff9-\ufffb]/u.test(character) ? '' : character
  })
  return characters.join('').split(' ').filter(Boolean).join(' ')
}

function isReadable(text: string | null | undefined): text is string {
  return /[^\p{Mn}\p{Me}\u2800 ]/u.test(seen(text ?? ''))
}

/** Whether a name is a text as it may be shown, whole or cut at 100. */
function isShown(name: string, text: string): boolean {
  const whole = seen(text)
  return name === whole ? whole.length <= 100 : name.length <= 100 && whole.length > 100 && whole.startsWith(name)
}

function quotaViolations(feature: Feature, given: Quota, { quota, tariff, sizes }: Omit<Told, 'features'>): string[] {
  const { id, type, value: limit, used: { value: used = -1 } = {} } = feature
  const found: string[] = []
  const expect = (held: boolean, rule: string) => held || found.push(rule)

  const name = NAMES.get(id) ?? [feature.priceTitle, feature.title, id].find(isReadable) ?? ''
  const unit = type === 'size' && sizes === 'in-name' ? / \((\w+)\)$/.exec(given.featureName)?.[1] : undefined
  const said = unit ? given.featureName.slice(0, -` (${unit})`.length) : given.featureName
  expect(isShown(said, name), `the name is not ${name}`)
  expect((limit === -1) === (given.limit === undefined), 'a limit is left out if and only if there is none')
  if (type === 'count') {
    expect(given.currentUsage === String(used), `the usage is not ${used}`)
    expect(limit === -1 || given.limit === String(limit), `the limit is not ${limit}`)
  } else {
    expect(isCut(given.currentUsage, unit, used), `the usage is not ${used} bytes, cut`)
    expect(given.limit === undefined || isCut(given.limit, unit, Number(limit)), `the limit is not ${limit} bytes, cut`)
  }

  const state = tariff?.state === 0 || (quota.trial && (tariff?.state ?? 1) === 1) ? 'trial' : tariff?.state
  if (quota.trial || state === 'trial') expect(given.renewalDate === undefined, 'a trial does not renew')
  else if (id === 'free_backup') expect(given.renewalDate === '2026-12-01T00:00:00.000Z', 'backups renew on the first')
  else if (given.renewalDate !== undefined)
    expect(isSameMoment(given.renewalDate, tariff?.dueDate ?? ''), `that is not ${tariff?.dueDate}`)

  const description = given.additionalInfo?.description ?? ''
  expect(USAGE.test(description) === isScarce(id, used, Number(limit)), 'a warning stands where it is scarce, only')
  const ends = tariff?.state === 2 ? tariff.delayDueDate : state === 'trial' ? tariff?.dueDate : undefined
  if (TODAY_IN_UTC.test(ends ?? '')) expect(/November 22, 2026/.test(description), 'the last day is not named')
  expect(description === '' || USAGE.test(description) || STATE.test(description), 'it says something else')
  return found
}

/** Whether a text is that many bytes, less than a hundredth of its unit left out. */
function isCut(text: string, unitOfName: string | undefined, bytes: number): boolean {
  const [, number = '', unit = unitOfName ?? ''] = /^([\d.,]+)(?:\s?(\w+))?$/.exec(text) ?? []
  const power = POWERS.get(unit)
  if (power === undefined) return false
  const [whole = '', fraction = ''] = number.replaceAll(',', '').split('.')
  const hundredths = BigInt(whole + fraction.padEnd(2, '0'))
  const told = BigInt(bytes) * 100n
  return hundredths * 1024n ** BigInt(power) <= told && told < (hundredths + 1n) * 1024n ** BigInt(power)
}

/** Whether a moment, said in the zone of a text, reads as that text does: then no day was made up. */
function isSameMoment(moment: string, text: string): boolean {
  const [, sign = '+', hours = 0, minutes = 0] = /([+-])(\d{2}):(\d{2})$/.exec(text) ?? []
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1)
  return new Date(Date.parse(moment) + offsetMs).toISOString().slice(0, 19) === text.slice(0, 19)
}

function isScarce(id: string, used: number, limit: number): boolean {
  if (limit === -1) return false
  const left = limit - used
  return BigInt(used) * 10n >= BigInt(limit) * 9n || ((id === 'room' || (id === 'manager' && used > 1)) && left <= 2)
}
