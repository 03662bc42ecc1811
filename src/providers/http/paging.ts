// A list that comes in pages, read to its end: one that is cut short is a failure, never a small number.
import { ProviderError } from '../../quota/provider.ts'
import { childOf, JsonNumber } from './json.ts'
import { type Pointer, resolvePointer } from './pointer.ts'
import type { List } from './requests.ts'

const PAGES_MAX = 10
const ITEMS_MAX = 10_000

/** What a page is asked by. */
export interface PageCall {
  url: URL
  /** The JSON of a POST. */
  body: unknown
}

/**
 * The first page, with the items of all pages in the place of its own.
 * @throws {ProviderError} list-not-whole, or whatever `ask` throws
 */
export async function readPages(
  list: List,
  first: PageCall,
  ask: (call: PageCall, page: number) => Promise<unknown>
): Promise<unknown> {
  const items: unknown[] = []
  const known = new Set<string>()
  const asked = new Set<string>()
  let call: PageCall | undefined = first
  let firstPage: unknown
  for (let page = 1; call; page++) {
    if (page > PAGES_MAX) throw notWhole(`more than ${PAGES_MAX} pages`)
    const key = JSON.stringify([call.url.href, call.body])
    if (asked.has(key)) throw notWhole('a page leads back to an earlier one')
    asked.add(key)
    const document = await ask(call, page)
    if (page === 1) firstPage = document
    const [found] = resolvePointer(list.items, document) ?? []
    if (!Array.isArray(found))
      throw new ProviderError('PROVIDER_REJECTED', 'answer-invalid', { reason: `no list at ${list.items.text}` })
    if (items.length + found.length > ITEMS_MAX) throw notWhole(`more than ${ITEMS_MAX} items`)
    rejectRepeated(list, found, known)
    items.push(...found)
    call = nextCall(list, call, document, found.at(-1))
  }
  return replaced(firstPage, list.items.keys, items)
}

/** Items without an id may be alike in one page; what comes again in another one has moved there meanwhile. */
function rejectRepeated({ id }: List, items: readonly unknown[], known: Set<string>): void {
  const marks = items.map(item => {
    if (!id) return JSON.stringify(item)
    const value = resolvePointer(id, item)?.[0]
    if (typeof value !== 'string' && !(value instanceof JsonNumber)) throw notWhole(`an item has nothing at ${id.text}`)
    return JSON.stringify(value)
  })
  const isRepeated = id ? new Set(marks).size < marks.length : false
  if (isRepeated || marks.some(mark => known.has(mark))) throw notWhole('an item came twice')
  for (const mark of marks) known.add(mark)
}

function nextCall(list: List, call: PageCall, document: unknown, last: unknown): PageCall | undefined {
  const told = tellsMore(list.more, document)
  if (told === false) return undefined
  const [next] = resolvePointer(list.next, list.isInLastItem ? last : document) ?? []
  const isEnd = next === null || next === '' || next === false
  if (told === undefined && (isEnd || (next === undefined && list.nextMayBeAbsent))) return undefined
  const value = next instanceof JsonNumber ? next.text : next
  if (typeof value !== 'string' || value === '' || !value.isWellFormed())
    throw notWhole(`nothing at ${list.next.text} leads on`)
  if (list.as === 'page' && !/^\d{1,15}$/.test(value))
    throw notWhole(`what is at ${list.next.text} is no page's number`)
  return list.as === 'link'
    ? following(call, value)
    : asking(call, list, next instanceof JsonNumber ? Number(value) : value)
}

/** Whether there is another page; undefined when the list is not one that says so. */
function tellsMore(more: Pointer | undefined, document: unknown): boolean | undefined {
  if (!more) return undefined
  const [told] = resolvePointer(more, document) ?? []
  if (typeof told !== 'boolean') throw notWhole(`nothing at ${more.text} says whether there is more`)
  return told
}

/** The credentials go along: never to another origin. */
function following({ url }: PageCall, link: string): PageCall {
  const next = URL.canParse(link, url.href) ? new URL(link, url) : undefined
  if (!next || next.origin !== url.origin || next.username || next.password)
    throw notWhole('the next page is not of the same origin')
  return { url: next, body: undefined }
}

function asking({ url, body }: PageCall, { param }: List, value: string | number): PageCall {
  if (body !== undefined) return { url, body: { ...Object(body), [param]: value } }
  const next = new URL(url)
  next.searchParams.set(param, String(value))
  return { url: next, body }
}

function replaced(document: unknown, keys: readonly string[], items: unknown): unknown {
  const [key, ...inside] = keys
  if (key === undefined) return items
  const child = replaced(childOf(document, key), inside, items)
  if (Array.isArray(document)) return document.with(Number(key), child)
  return { ...Object(document), [key]: child }
}

function notWhole(reason: string): ProviderError {
  return new ProviderError('PROVIDER_REJECTED', 'list-not-whole', { reason })
}
