// The requests of a mapping: what each asks, in which order, and how its answer comes in pages.
import type { Mistake } from '../../mistakes.ts'
import type { Static } from '../../schema.ts'
import type { HostRules } from '../outbound.ts'
import { type Address, parseAddress } from './addresses.ts'
import { type Pointer, parsePointer } from './pointer.ts'
import type { ListSchema, RequestSchema } from './schema-requests.ts'
import { fieldsIn, parseTemplate, requestsIn, type Scope, type Template } from './template.ts'

/** The JSON of a POST: texts are templates, all else is as it was written. */
export type Body =
  | Template
  | { list: readonly Body[] }
  | { object: readonly (readonly [string, Body])[] }
  | { literal: unknown }

export interface List {
  items: Pointer
  as: 'page' | 'cursor' | 'link'
  /** Where the next page's number, cursor or link is: in the page, or in its last item. */
  next: Pointer
  isInLastItem: boolean
  more: Pointer | undefined
  nextMayBeAbsent: boolean
  param: string
  id: Pointer | undefined
}

export interface Request {
  name: string
  method: 'GET' | 'POST'
  address: Address
  body: Body | undefined
  list: List | undefined
  /** The requests whose answers it needs. */
  needs: readonly string[]
}

/** The requests, those first that others need; what is wrong with them goes to `mistakes`. */
export function readRequests(
  written: Readonly<Record<string, Static<typeof RequestSchema>>>,
  fields: readonly string[],
  rules: HostRules,
  mistakes: Mistake[]
): Request[] {
  const names = Object.keys(written)
  const requests = Object.entries(written).flatMap(([name, request]) => {
    const scope = { fields, requests: names.filter(other => other !== name) }
    return readRequest(name, request, scope, rules, mistakes) ?? []
  })
  return inOrder(requests, mistakes)
}

function readRequest(
  name: string,
  { get, post, body, list }: Static<typeof RequestSchema>,
  scope: Scope,
  rules: HostRules,
  mistakes: Mistake[]
): Request | undefined {
  const path = ['requests', name]
  const tell = (key: string, message: string) => void mistakes.push({ path: [...path, key], message })
  const url = get ?? post
  if (url === undefined || (get !== undefined && post !== undefined)) {
    mistakes.push({ path, message: 'must have either get or post, the URL' })
    return undefined
  }
  const before = mistakes.length
  const address = parseAddress(url, scope, rules)
  if (typeof address === 'string') tell(get === undefined ? 'post' : 'get', address)
  if (body !== undefined && get !== undefined) tell('body', 'goes with post')
  const compiled = body === undefined ? undefined : readBody(body, [...path, 'body'], scope, mistakes)
  const pages =
    list && readList(list, [...path, 'list'], post !== undefined ? body : undefined, get === undefined, mistakes)
  if (mistakes.length > before || typeof address === 'string') return undefined
  const needs = [...requestsIn(address.rest), ...(compiled ? templatesIn(compiled).flatMap(requestsIn) : [])]
  return {
    name,
    method: get === undefined ? 'POST' : 'GET',
    address,
    body: compiled,
    list: pages,
    needs: [...new Set(needs)]
  }
}

function readBody(written: unknown, path: string[], scope: Scope, mistakes: Mistake[]): Body {
  if (typeof written === 'string') {
    const template = parseTemplate(written, scope)
    if (typeof template !== 'string') return template
    mistakes.push({ path, message: template })
    return []
  }
  if (Array.isArray(written)) {
    return { list: written.map((item, index) => readBody(item, [...path, String(index)], scope, mistakes)) }
  }
  if (typeof written !== 'object' || written === null) return { literal: written }
  return {
    object: Object.entries(written).map(
      ([key, item]) => [key, readBody(item, [...path, key], scope, mistakes)] as const
    )
  }
}

function isTemplate(body: Body): body is Template {
  return Array.isArray(body)
}

/** Every text of a body. */
function templatesIn(body: Body): Template[] {
  if (isTemplate(body)) return [body]
  if ('list' in body) return body.list.flatMap(templatesIn)
  return 'object' in body ? body.object.flatMap(([, inside]) => templatesIn(inside)) : []
}

/** The body with its texts as `fill` gives them; undefined when one of them cannot be filled. */
export function fillBody(body: Body, fill: (template: Template) => string | undefined): unknown {
  if (isTemplate(body)) return fill(body)
  if ('literal' in body) return body.literal
  const parts = 'list' in body ? body.list : body.object.map(([, inside]) => inside)
  const filled = parts.map(part => fillBody(part, fill))
  if (filled.includes(undefined)) return undefined
  return 'list' in body ? filled : Object.fromEntries(body.object.map(([key], index) => [key, filled[index]]))
}

/** The fields that stand in a request's URL. */
export function fieldsInUrl({ address }: Request): string[] {
  return fieldsIn(address.rest)
}

/** The fields that stand in a request's body. */
export function fieldsInBody({ body }: Request): string[] {
  return body ? templatesIn(body).flatMap(fieldsIn) : []
}

function readList(
  written: Static<typeof ListSchema>,
  path: string[],
  body: unknown,
  isPost: boolean,
  mistakes: Mistake[]
): List | undefined {
  const before = mistakes.length
  const tell = (key: string, message: string) => void mistakes.push({ path: [...path, key], message })
  const pointer = (key: 'items' | 'next' | 'nextFromLast' | 'more' | 'id') => {
    const parsed = written[key] === undefined ? undefined : parsePointer(written[key])
    if (typeof parsed === 'string') tell(key, parsed)
    else if (parsed?.many) tell(key, 'has *, but must name one value')
    else return parsed
    return undefined
  }
  const [items, next, fromLast, more, id] = [
    pointer('items'),
    pointer('next'),
    pointer('nextFromLast'),
    pointer('more'),
    pointer('id')
  ]
  if ((written.next === undefined) === (written.nextFromLast === undefined))
    tell('next', 'must be there, or nextFromLast: one of them leads to the next page')
  if (fromLast && !more) tell('nextFromLast', 'needs more, a pointer to whether there is another page')
  if (fromLast && written.as !== 'cursor') tell('as', 'must be cursor, with nextFromLast')
  if (isPost && written.as === 'link') tell('as', 'is link, which a POST cannot follow')
  if (isPost && (typeof body !== 'object' || Array.isArray(body)))
    tell('as', 'needs a body that is a mapping, which takes the page')
  const leads = next ?? fromLast
  if (mistakes.length > before || !items || !leads) return undefined
  return {
    items,
    as: written.as,
    next: leads,
    isInLastItem: fromLast !== undefined,
    more,
    nextMayBeAbsent: written.nextMayBeAbsent === true,
    param: written.param ?? written.as,
    id
  }
}

/** Those first that others need. */
function inOrder(requests: readonly Request[], mistakes: Mistake[]): Request[] {
  const ordered: Request[] = []
  let left = [...requests]
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name))
    const ready = left.filter(({ needs }) => !needs.some(name => waiting.has(name)))
    if (ready.length === 0) {
      const names = left.map(({ name }) => name).join(', ')
      mistakes.push({
        path: ['requests', left[0]?.name ?? ''],
        message: `is part of a cycle: each of ${names} waits for the answer to another of them`
      })
      return []
    }
    ordered.push(...ready)
    left = left.filter(request => !ready.includes(request))
  }
  return ordered
}
