// A mapping: the settings of a provider of type http, compiled, or everything that is wrong with them.
import { type Mistake, suggest } from '../../mistakes.ts'
import type { LocalizedText } from '../../quota/report.ts'
import type { HostRules } from '../outbound.ts'
import { type Address, parseAddress } from './addresses.ts'
import { type Auth, readAuth } from './auth.ts'
import { isClockName } from './clock.ts'
import type { Reading } from './found.ts'
import { type NumberValue, readNumberValue } from './numbers.ts'
import { fieldsInBody, fieldsInUrl, type Request, readRequests } from './requests.ts'
import type { HttpSettings } from './schema.ts'
import { fieldsIn, parseTemplate, type Template } from './template.ts'
import { type ReadValue, readMomentValue, readName, readTextValue } from './texts.ts'

export const STATES = ['active', 'trial', 'grace', 'expired'] as const
export type StateName = (typeof STATES)[number]

export interface PlanMapping {
  id: ReadValue<string>
  name: LocalizedText | string | ReadValue<string> | undefined
}

export interface QuotaMapping {
  feature: string
  names: LocalizedText | string | undefined
  unit: 'count' | 'bytes'
  used: NumberValue
  limit: NumberValue
  renewsAt: ReadValue<Date> | undefined
  manageUrl: string | undefined
}

export interface Mapping {
  /** Those first that others need. */
  requests: readonly Request[]
  /** The one that proves a connection. */
  check: Request
  auth: Auth
  rules: HostRules
  account: Template
  plans: readonly PlanMapping[]
  state: ReadValue<string> | undefined
  stateEndsAt: ReadValue<Date> | undefined
  quotas: readonly QuotaMapping[]
  /** What it means that no quota can be read. */
  empty: 'fail' | 'allow'
  upgradeUrl: Address | undefined
  /** Secret fields that stand in the URL of a request, by its name. */
  secretsInUrls: readonly { request: string; field: string }[]
}

const NAME = /^[A-Za-z][\w-]{0,63}$/
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** The mapping of the settings, which the schema has accepted, and what is wrong with them; only one of both is of use. */
export function readMapping(settings: HttpSettings): { mapping: Mapping | undefined; mistakes: Mistake[] } {
  const mistakes: Mistake[] = []
  for (const section of ['fields', 'requests', 'quotas'] as const) {
    for (const name of Object.keys(settings[section])) {
      if (NAME.test(name) && !RESERVED.has(name)) continue
      mistakes.push({
        path: [section, name],
        message: 'must be a name of letters, digits, - and _, that begins with a letter'
      })
    }
  }
  const fields = Object.keys(settings.fields)
  for (const name of fields.filter(isClockName))
    mistakes.push({ path: ['fields', name], message: "is the clock's name for a moment; take another one" })
  const open = fields.filter(field => !settings.fields[field]?.secret)
  const rules = hostRules(settings)
  const requests = readRequests(settings.requests, fields, rules, mistakes)
  const auth = readAuth(settings.auth, settings.headers, fields, rules, mistakes)
  const reading: Reading = { requests: Object.keys(settings.requests), mistakes }
  const account = parseTemplate(settings.account ?? '', { fields: open })
  if (typeof account === 'string') mistakes.push({ path: ['account'], message: withoutSecrets(account, fields, open) })
  const upgradeUrl = settings.upgradeUrl === undefined ? undefined : parseAddress(settings.upgradeUrl, { fields: open })
  if (typeof upgradeUrl === 'string')
    mistakes.push({ path: ['upgradeUrl'], message: withoutSecrets(upgradeUrl, fields, open) })
  const plans = readPlans(settings, reading)
  const quotas = readQuotas(settings, reading)
  const state =
    settings.state === undefined ? undefined : readTextValue(settings.state, ['state'], reading, { words: STATES })
  const stateEndsAt =
    settings.stateEndsAt === undefined ? undefined : readMomentValue(settings.stateEndsAt, ['stateEndsAt'], reading)
  const names = Object.keys(settings.requests)
  const proof = settings.check ?? names[0] ?? ''
  if (!names.includes(proof))
    mistakes.push({ path: ['check'], message: `is ${proof}, which is not a request; ${suggest(proof, names)}` })
  const check = requests.find(({ name }) => name === proof)
  const isWhole = mistakes.length === 0 && check && typeof account !== 'string' && typeof upgradeUrl !== 'string'
  if (!isWhole) return { mapping: undefined, mistakes }
  const used = fieldsUsed(requests, auth, [account, upgradeUrl?.rest ?? []])
  mistakes.push(...fields.filter(field => !used.has(field)).map(unused))
  const secretsInUrls = requests.flatMap(request =>
    fieldsInUrl(request).flatMap(field => (open.includes(field) ? [] : [{ request: request.name, field }]))
  )
  const mapping = {
    requests,
    check,
    auth,
    rules,
    account,
    plans,
    state,
    stateEndsAt,
    quotas,
    empty: settings.empty,
    upgradeUrl,
    secretsInUrls
  }
  return { mapping: mistakes.length === 0 ? mapping : undefined, mistakes }
}

/** The hosts that requests name may be called, unless the configuration says which. */
function hostRules({ allowedHosts, allowPrivateHosts, requests, auth }: HttpSettings): HostRules {
  const urls = [...Object.values(requests).flatMap(({ get, post }) => [get, post]), auth?.oauth2?.tokenUrl]
  return { allowedHosts: allowedHosts ?? [...new Set(urls.flatMap(url => hostOf(url) ?? []))], allowPrivateHosts }
}

/** The host that a URL with placeholders names; undefined when it names none. */
export function hostOf(url: unknown): string | undefined {
  const [base = ''] = /^https?:\/\/[^/?#{}\s\\]+/i.exec(typeof url === 'string' ? url : '') ?? []
  return URL.canParse(base) ? new URL(base).hostname.replace(/^\[|\]$/g, '') : undefined
}

function readPlans({ plans }: HttpSettings, reading: Reading): PlanMapping[] {
  return plans.flatMap(({ id: written, name }, index) => {
    const at = ['plans', String(index)]
    const id = readTextValue(written, [...at, 'id'], reading, { mayBeWritten: true })
    const named = name === undefined ? undefined : readName(name, [...at, 'name'], reading)
    return id ? [{ id, name: named }] : []
  })
}

function readQuotas({ quotas }: HttpSettings, reading: Reading): QuotaMapping[] {
  return Object.entries(quotas).flatMap(([feature, { names, unit = 'count', manageUrl, ...written }]) => {
    const at = ['quotas', feature]
    const used = readNumberValue(written.used, [...at, 'used'], { mayBeUnlimited: false, mayBeWritten: false }, reading)
    const limit = readNumberValue(
      written.limit,
      [...at, 'limit'],
      { mayBeUnlimited: true, mayBeWritten: true },
      reading
    )
    const renewsAt =
      written.renewsAt === undefined ? undefined : readMomentValue(written.renewsAt, [...at, 'renewsAt'], reading)
    return used && limit ? [{ feature, names, unit, used, limit, renewsAt, manageUrl }] : []
  })
}

/** Of a field that is there, but must not stand here. */
function withoutSecrets(message: string, fields: readonly string[], open: readonly string[]): string {
  const secret = fields.find(field => !open.includes(field) && message.includes(`{${field}}`))
  return secret === undefined ? message : `has {${secret}}, which is secret, and must not stand in what is shown`
}

function fieldsUsed(
  requests: readonly Request[],
  { fieldsInHeaders, basic, oauth2 }: Auth,
  templates: readonly Template[]
): Set<string> {
  const credentials = [basic?.user, basic?.password, oauth2?.clientId, oauth2?.clientSecret]
  return new Set([
    ...fieldsInHeaders,
    ...[...templates, ...credentials].flatMap(template => fieldsIn(template ?? [])),
    ...requests.flatMap(request => [...fieldsInUrl(request), ...fieldsInBody(request)])
  ])
}

const unused = (field: string): Mistake => ({
  path: ['fields', field],
  message: `is used nowhere; write {${field}} where it belongs, or leave it out`
})
