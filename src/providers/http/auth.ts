// How calls are authorised: the headers that a connection's credentials make.
import type { Mistake } from '../../mistakes.ts'
import type { Static } from '../../schema.ts'
import { canBeSent } from '../http-client.ts'
import type { HostRules } from '../outbound.ts'
import { parseAddress } from './addresses.ts'
import type { HttpConnection } from './schema.ts'
import type { AuthSchema } from './schema-requests.ts'
import { fieldsIn, fill, parseTemplate, type Template } from './template.ts'

export interface OAuth2 {
  tokenUrl: URL
  clientId: Template
  clientSecret: Template
  scope: string | undefined
  audience: string | undefined
  credentials: 'header' | 'body'
}

export interface Auth {
  /** Headers by name, as templates. */
  headers: readonly (readonly [string, Template])[]
  basic: { user: Template; password: Template } | undefined
  oauth2: OAuth2 | undefined
  /** The fields whose values stand in headers as they are. */
  fieldsInHeaders: ReadonlySet<string>
}

const KINDS = ['bearer', 'basic', 'header', 'oauth2'] as const
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** What says how a message is sent belongs to whoever sends it. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  ...[
    'host',
    'connection',
    'content-length',
    'content-type',
    'transfer-encoding',
    'accept',
    'accept-encoding',
    'expect'
  ],
  ...['keep-alive', 'te', 'trailer', 'upgrade', 'proxy-authorization']
])

/** The authorisation and the further headers of a mapping; what is wrong with them goes to `mistakes`, but nothing of credentials. */
export function readAuth(
  written: Static<typeof AuthSchema> | undefined,
  further: Readonly<Record<string, string>> | undefined,
  fields: readonly string[],
  rules: HostRules,
  mistakes: Mistake[]
): Auth {
  const template = (text: string, path: string[]): Template => {
    const parsed = parseTemplate(text, { fields })
    if (typeof parsed !== 'string') return parsed
    mistakes.push({ path, message: parsed })
    return []
  }
  const headers: [string, Template][] = []
  const add = (name: string, value: Template, path: string[]) => {
    const key = name.toLowerCase()
    if (!HEADER_NAME.test(name) || OWN_HEADERS.has(key))
      mistakes.push({ path, message: 'is not the name of a header that can be set here' })
    if (headers.some(([other]) => other === key)) mistakes.push({ path, message: 'is set already' })
    // What is filled in is looked at when a connection is saved.
    const literals = value.map(part => (part.kind === 'text' ? part.text : 'x')).join('')
    if (value.length > 0 && !canBeSent(literals))
      mistakes.push({ path, message: 'has blanks around it, or characters that no header can hold' })
    headers.push([key, value])
  }
  const given = KINDS.filter(kind => written?.[kind] !== undefined)
  if (written && given.length !== 1) mistakes.push({ path: ['auth'], message: `must be one of ${KINDS.join(', ')}` })
  const { bearer, basic, header, oauth2 } = written ?? {}
  if (bearer !== undefined) {
    const path = ['auth', 'bearer']
    add('authorization', [{ kind: 'text', text: 'Bearer ' }, ...template(bearer, path)], path)
  }
  for (const [name, value] of Object.entries(header ?? {})) {
    const path = ['auth', 'header', name]
    add(name, template(value, path), path)
  }
  const credentials = basic && {
    user: template(basic.user, ['auth', 'basic', 'user']),
    password: template(basic.password, ['auth', 'basic', 'password'])
  }
  const client = oauth2 && readOAuth2(oauth2, template, rules, mistakes)
  if (basic || oauth2) headers.push(['authorization', []])
  for (const [name, value] of Object.entries(further ?? {})) {
    const path = ['headers', name]
    add(name, template(value, path), path)
  }
  return {
    headers: headers.filter(([, value]) => value.length > 0),
    basic: credentials,
    oauth2: client,
    fieldsInHeaders: new Set(headers.flatMap(([, value]) => fieldsIn(value)))
  }
}

function readOAuth2(
  {
    tokenUrl,
    clientId,
    clientSecret,
    scope,
    audience,
    credentials = 'header'
  }: NonNullable<Static<typeof AuthSchema>['oauth2']>,
  template: (text: string, path: string[]) => Template,
  rules: HostRules,
  mistakes: Mistake[]
): OAuth2 | undefined {
  const path = ['auth', 'oauth2']
  const address = parseAddress(tokenUrl, { fields: [] }, rules)
  if (typeof address === 'string') mistakes.push({ path: [...path, 'tokenUrl'], message: address })
  const client = {
    clientId: template(clientId, [...path, 'clientId']),
    clientSecret: template(clientSecret, [...path, 'clientSecret'])
  }
  if (typeof address === 'string') return undefined
  return { ...client, tokenUrl: new URL(tokenUrl), scope, audience, credentials }
}

/** A template that names nothing but fields, filled in. */
export function fillFields(template: Template, connection: HttpConnection): string {
  return fill(template, { connection, now: new Date(0), answerTo: () => undefined }) ?? ''
}

/** The headers of a connection, but for a token. */
export function authHeaders({ headers, basic }: Auth, connection: HttpConnection): Record<string, string> {
  const filled = headers.map(([name, value]) => [name, fillFields(value, connection)])
  if (basic) {
    const [user, password] = [fillFields(basic.user, connection), fillFields(basic.password, connection)]
    filled.push(['authorization', `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`])
  }
  return Object.fromEntries(filled)
}
