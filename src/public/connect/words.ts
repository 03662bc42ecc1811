// What the page says of an adapter's fields and findings, in the reader's language.
import type { Words } from '../../presentation/words.ts'
import type { ProviderAdapter } from '../../quota/provider.ts'
import type { TSchema } from '../../schema.ts'

type Adapter = Pick<ProviderAdapter, 'type' | 'title'>

/** What is the matter with an address rather than with whoever is there. */
const OF_ADDRESSES: ReadonlySet<string> = new Set(['host-not-allowed', 'connection-unfit'])
/** What passes by itself, or may. */
const PASSING: ReadonlySet<string> = new Set([
  'unreachable',
  'upstream-error',
  'rate-limited',
  'timeout',
  'call-not-made'
])

/** What a field is called, and what helps to fill it in: by the adapter's catalogue, or as its schema says. */
export function fieldWords(
  { type }: Adapter,
  name: string,
  schema: TSchema,
  words: Words
): { label: string; hint?: string } {
  const label = words.name(`${type}.field.${name}`) ?? schema.title ?? name
  const hint = words.name(`${type}.hint.${name}`) ?? schema.description
  return { label, ...(hint !== undefined && hint !== label && { hint }) }
}

/** What a finding means to whoever connects a site, and what to do about it. */
export function findingWords({ type, title: name }: Adapter, finding: string, words: Words): string {
  const own = words.name(`${type}.finding.${finding}`)
  if (own !== undefined) return own
  if (finding === 'api-key-rejected') return words.tell('page.connect.finding.rejected')
  if (finding === 'access-refused') return words.tell('page.connect.finding.denied')
  if (OF_ADDRESSES.has(finding)) return words.tell('page.connect.finding.address')
  if (PASSING.has(finding)) return words.tell('page.connect.finding.later', { name })
  return words.tell('page.connect.finding.answer')
}
