// The secrets that a module was given: what it says must not hold them.
import { LRUCache } from 'lru-cache'
import { secretNames, type TSchema } from '../../schema.ts'

/** Values that are remembered: those of the connections that were asked with last. */
const KNOWN_MAX = 1000
/** What is shorter is no secret, and would be found in words that have nothing to do with it. */
const LENGTH_MIN = 6

export interface GivenSecrets {
  /** Remembers the secrets of a connection, or of settings. */
  learn(value: unknown): void
  isIn(text: string): boolean
}

/** Knows secrets by the names that the schemas mark. */
export function createGivenSecrets(...schemas: TSchema[]): GivenSecrets {
  const names = secretNames(...schemas)
  const known = new LRUCache<string, readonly string[]>({ max: KNOWN_MAX })
  function learn(value: unknown, isSecret = false): void {
    if (typeof value === 'string' && isSecret && value.length >= LENGTH_MIN)
      known.set(value, [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), base64(value)])
    if (typeof value !== 'object' || value === null) return
    for (const [key, inside] of Object.entries(value))
      learn(inside, names.includes(key) || (isSecret && Array.isArray(value)))
  }
  return {
    learn: value => learn(value),
    isIn: text => [...known.values()].some(forms => forms.some(form => text.includes(form)))
  }
}

/** Without its end, which depends on what follows. */
function base64(value: string): string {
  return Buffer.from(value)
    .toString('base64')
    .replace(/.{0,4}=*$/, '')
}
