// The JSON Schema of the configuration's file, for editors and for CI: from the schemas that the file is checked against. It knows
// less than `config check`: what stands together with what, and what an adapter says of its own fields.
import { ForwardListSchema, ForwardSchema } from '../config/forward.ts'
import { ConfigurationSchema, needsConnection, PER_SITE, providerSchema } from '../config/schema.ts'
import { adapters } from '../providers/index.ts'
import type { ProviderAdapter } from '../quota/provider.ts'
import { Type } from '../schema.ts'

type Json = Record<string, unknown>

/** The draft that editors know. */
const DRAFT = 'http://json-schema.org/draft-07/schema#'
/** Of ours, and of no meaning to anybody else. */
const OWN_KEYWORDS: ReadonlySet<string> = new Set(['secret', 'shown', 'form', 'findAt'])
/** What a placeholder is; any text may hold one, and where a number is wanted it is one. */
const PLACEHOLDER = { type: 'string', pattern: '\\$\\{[^}]+\\}' }
/** What says how a text must be, and is not asked of a placeholder. */
const OF_TEXTS = ['pattern', 'format', 'const', 'enum', 'minLength', 'maxLength'] as const

/** The schema as it should be committed. */
export function configurationSchema(): string {
  const { forward: _forward, providers, ...sections } = ConfigurationSchema.properties
  const { properties, required: _required, ...whole } = asWritten({ ...ConfigurationSchema, properties: sections })
  const { patternProperties: _any, ...providersByName } = asWritten(providers)
  const schema = {
    $schema: DRAFT,
    title: 'The configuration of Quota Bridge',
    ...whole,
    required: ['wix', 'providers', 'actions'],
    properties: {
      ...recordOf(properties),
      forward: { anyOf: [asWritten(ForwardSchema), asWritten(ForwardListSchema)] },
      providers: { ...providersByName, additionalProperties: anyProvider() }
    }
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** By its type, so that an editor tells what is wrong with the one that is meant. */
function anyProvider(): Json {
  return {
    type: 'object',
    properties: { type: { enum: [...adapters.keys()], description: 'the kind of provider' } },
    required: ['type'],
    allOf: [...adapters.values()].map(adapter =>
      choice({ properties: { type: { const: adapter.type } } }, providerOf(adapter))
    )
  }
}

function providerOf(adapter: ProviderAdapter): Json {
  // An adapter that reads from the entry itself what a connection is: any fields then, or none.
  const isOpen = adapter.adapterFor !== undefined
  if (!isOpen && !needsConnection(adapter.connectionSchema)) return asWritten(providerSchema(adapter, 'shared'))
  const asked = isOpen ? { ...adapter, connectionSchema: Type.Object({ field: Type.String() }) } : adapter
  const shared = asWritten(providerSchema(asked, 'shared'))
  const perSite = asWritten(providerSchema(asked, PER_SITE))
  return choice(
    { properties: { connection: { const: PER_SITE } }, required: ['connection'] },
    perSite,
    isOpen ? withAnyConnection(shared) : shared
  )
}

function withAnyConnection({ properties, required, ...schema }: Json): Json {
  const connection = { type: 'object', description: 'the fields, of all sites' }
  return {
    ...schema,
    properties: { ...recordOf(properties), connection },
    required: listOf(required).filter(key => key !== 'connection')
  }
}

/** JSON Schema's own words for it. */
function choice(condition: Json, yes: Json, no?: Json): Json {
  return Object.fromEntries([['if', condition], ['then', yes], ...(no ? [['else', no]] : [])])
}

/** A schema as it holds before placeholders are replaced and defaults filled in. */
function asWritten(schema: Json): Json {
  const words = listOf(schema.anyOf).map(recordOf)
  if (words.length > 0 && words.every(({ const: word }) => typeof word === 'string')) {
    const { anyOf: _words, ...others } = schema
    return asWritten({ ...others, type: 'string', enum: words.map(({ const: word }) => word) })
  }
  const known = Object.entries(schema).filter(([key]) => !OWN_KEYWORDS.has(key))
  const plain: Json = Object.fromEntries(known.map(([key, value]) => [key, inner(key, value)]))
  if (Array.isArray(schema.required)) {
    const properties = recordOf(schema.properties)
    plain.required = schema.required.filter(key => recordOf(properties[key]).default === undefined)
  }
  return admitsPlaceholder(schema) ? withPlaceholder(plain) : plain
}

function inner(key: string, value: unknown): unknown {
  if (key === 'properties' || key === 'patternProperties') {
    const schemas = Object.entries(recordOf(value))
    return Object.fromEntries(schemas.map(([name, schema]) => [name, asWritten(recordOf(schema))]))
  }
  if (key === 'anyOf' || key === 'allOf') return listOf(value).map(schema => asWritten(recordOf(schema)))
  return key === 'items' ? asWritten(recordOf(value)) : value
}

function admitsPlaceholder({ type, ...rule }: Json): boolean {
  if (type === 'integer' || type === 'number' || type === 'boolean') return true
  return type === 'string' && OF_TEXTS.some(key => rule[key] !== undefined)
}

/** What it is for stays outside, where editors look for it. */
function withPlaceholder({ description, default: usual, examples, ...rule }: Json): Json {
  return {
    ...(description !== undefined && { description }),
    ...(usual !== undefined && { default: usual }),
    ...(examples !== undefined && { examples }),
    anyOf: [rule, PLACEHOLDER]
  }
}

function recordOf(value: unknown): Json {
  return Object(value)
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
