// Whether what a module exports is an adapter, as far as that can be told without asking it.
import type { ProviderAdapter } from '../../quota/provider.ts'
import { isObjectSchema, Type, Value } from '../../schema.ts'

const text = Type.String({ minLength: 1 })
const Findings = Type.Record(Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }), Type.Tuple([text, text]), {
  additionalProperties: false
})
/** What every provider has, and what names the module itself. */
const RESERVED = [
  ...['type', 'module', 'deadline', 'patience', 'freshFor', 'keepFor'],
  ...['recheck', 'connection', 'checkOnStart', 'connectUrl']
]
const NEEDED = ['features', 'create'] as const
const OPTIONAL = ['settingsMistakes', 'connectionMistakes', 'tidyConnection'] as const

/** The adapter that a module exports, as `adapter` or as its default; or in words why there is none. */
export function adapterIn(exports: Readonly<Record<string, unknown>>): ProviderAdapter | string {
  const candidate = exports.adapter ?? exports.default
  if (typeof candidate !== 'object' || candidate === null)
    return 'exports no adapter; export it as default, or under the name adapter'
  const wrong = whatIsWrong(candidate)
  return wrong === undefined && isAdapter(candidate) ? candidate : `exports an adapter whose ${wrong}`
}

function isAdapter(candidate: object): candidate is ProviderAdapter {
  return whatIsWrong(candidate) === undefined
}

function whatIsWrong(candidate: object): string | undefined {
  const part = (key: string): unknown => Reflect.get(candidate, key)
  if (!Value.Check(text, part('type'))) return 'type is no text; name the system in a word'
  if (!Value.Check(text, part('title'))) return "title is no text; write the system's own name"
  for (const key of ['settingsSchema', 'connectionSchema'])
    if (!isObjectSchema(part(key)))
      return `${key} is no Type.Object of quota-bridge/adapter; Type.Object({}) is an empty one`
  const taken = Object.keys(Object(part('settingsSchema')).properties).find(key => RESERVED.includes(key))
  if (taken !== undefined) return `settingsSchema has ${taken}, which every provider has; take another name`
  if (part('findings') !== undefined && !Value.Check(Findings, part('findings')))
    return 'findings are not keys such as not-paid, each with a message and a remedy'
  if (part('messages') !== undefined) return 'messages are not read from a module; give names in the report instead'
  const missing = NEEDED.find(key => typeof part(key) !== 'function')
  if (missing !== undefined) return `${missing} is no function; see docs/adapters.md`
  const other = OPTIONAL.find(key => part(key) !== undefined && typeof part(key) !== 'function')
  return other === undefined ? undefined : `${other} is no function; write one, or leave it out`
}
