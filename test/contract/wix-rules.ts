// What Wix expects of a quota answer, written down once more and without the server's schemas.
// https://dev.wix.com/docs/rest/business-management/automations/actions/action-service-plugin/get-quota-info
import type { SizeStyle } from '../../src/presentation/present.ts'

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const RENEWAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const AMOUNT = {
  'in-name': /^\d+(\.\d{1,2})?$/,
  'in-value': /^(\d+|\d{1,3}(,\d{3})*(\.\d{1,2})?\u00A0(B|kB|MB|GB|TB|PB))$/
}

type Fields = Record<string, unknown>

/** Which of Wix's rules an answer of status 200 breaks; empty when it breaks none. */
export function wixViolations(body: unknown, sizes: SizeStyle, now: Date): string[] {
  const found: string[] = []
  const expect = (held: boolean, rule: string) => held || found.push(rule)

  /** The fields of an object that has all of the first and none but both. */
  function fields(value: unknown, at: string, needed: string[], optional: string[] = []): Fields {
    if (!isFields(value)) {
      found.push(`${at} is no object`)
      return {}
    }
    for (const name of needed) expect(Object.hasOwn(value, name), `${at} has no ${name}`)
    for (const name of Object.keys(value)) {
      expect([...needed, ...optional].includes(name), `${at} has the unknown field ${name}`)
    }
    return value
  }
  function list(value: unknown, at: string): unknown[] {
    expect(Array.isArray(value), `${at} is no list`)
    return Array.isArray(value) ? value : []
  }
  function text(value: unknown, at: string): void {
    expect(typeof value === 'string' && /\S/.test(value), `${at} is no text that can be read`)
  }
  function button(value: unknown, at: string): void {
    const { url, label } = fields(value, at, ['url', 'label'])
    expect(typeof url === 'string' && /^https?:\/\/\S+$/.test(url), `${at}.url is no web address`)
    text(label, `${at}.label`)
  }
  function quota(value: unknown, at: string): void {
    const told = fields(value, at, ['featureName', 'currentUsage'], ['limit', 'renewalDate', 'additionalInfo'])
    text(told.featureName, `${at}.featureName`)
    for (const name of ['currentUsage', 'limit']) {
      const amount = told[name]
      if (name === 'limit' && amount === undefined) continue
      expect(typeof amount === 'string' && AMOUNT[sizes].test(amount), `${at}.${name} is no amount: ${amount}`)
    }
    const { renewalDate, additionalInfo } = told
    if (renewalDate !== undefined) {
      const formed = typeof renewalDate === 'string' && RENEWAL.test(renewalDate)
      expect(formed && Date.parse(renewalDate) > now.getTime(), `${at}.renewalDate is no coming moment: ${renewalDate}`)
    }
    if (additionalInfo === undefined) return
    const { description, cta } = fields(additionalInfo, `${at}.additionalInfo`, ['description'], ['cta'])
    text(description, `${at}.additionalInfo.description`)
    if (cta !== undefined) button(cta, `${at}.additionalInfo.cta`)
  }
  function group(value: unknown, at: string): void {
    const { plans, quotas, upgradeCta } = fields(value, at, ['plans', 'quotas'], ['upgradeCta'])
    list(plans, `${at}.plans`).forEach((plan, index) => {
      const { id, name } = fields(plan, `${at}.plans[${index}]`, ['id', 'name'])
      expect(typeof id === 'string' && GUID.test(id), `${at}.plans[${index}].id is no GUID`)
      text(name, `${at}.plans[${index}].name`)
    })
    const told = list(quotas, `${at}.quotas`)
    expect(told.length > 0, `${at} has no quota`)
    told.forEach((each, index) => {
      quota(each, `${at}.quotas[${index}]`)
    })
    if (upgradeCta !== undefined) button(upgradeCta, `${at}.upgradeCta`)
  }

  const { enforced, quotaInfo } = fields(
    fields(body, 'the body', ['actionQuotaInfo']).actionQuotaInfo,
    'actionQuotaInfo',
    ['enforced', 'quotaInfo']
  )
  const groups = list(quotaInfo, 'quotaInfo')
  expect(enforced === groups.length > 0, `enforced is ${enforced} with ${groups.length} groups`)
  groups.forEach((each, index) => {
    group(each, `quotaInfo[${index}]`)
  })
  expect(!holdsNothing(body), 'somewhere stands null or an empty text')
  return found
}

function holdsNothing(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(holdsNothing)
  return value === null || value === ''
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
