// The secrets of a provider, wherever they stand: in its connection, or in its settings for all sites.
import { randomInt } from 'node:crypto'
import { needsConnection } from '../config/schema.ts'
import type { SourceSettings } from '../quota/source.ts'
import { secretNames } from '../schema.ts'

/** Whether it speaks for somebody, or with a key of its own. */
export function hasCredentials({ adapter, settings }: SourceSettings): boolean {
  return needsConnection(adapter.connectionSchema) || holdsSecret(settings, secretNames(adapter.settingsSchema))
}

/** Names of the properties that hold secrets of this provider. */
export function namesOfSecrets({ adapter }: Pick<SourceSettings, 'adapter'>): string[] {
  return secretNames(adapter.settingsSchema, adapter.connectionSchema)
}

/** Whether a property of one of these names is a text, at any depth. */
export function holdsSecret(value: unknown, names: readonly string[]): boolean {
  return JSON.stringify(withMadeUpSecrets(value, names)) !== JSON.stringify(value)
}

/** The value with every secret in it made up: of the same form, and nobody's. What a placeholder of the settings is stays. */
export function withMadeUpSecrets(value: unknown, names: readonly string[], isSecret = false): unknown {
  if (typeof value === 'string') return isSecret ? value.replace(OUTSIDE_PLACEHOLDERS, madeUp) : value
  if (Array.isArray(value)) return value.map(item => withMadeUpSecrets(item, names, isSecret))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withMadeUpSecrets(item, names, isSecret || names.includes(key))])
  )
}

/** Some adapters fill in `{field}`. */
const OUTSIDE_PLACEHOLDERS = /[^{}]+(?![^{]*\})/g
const DIGITS = '0123456789'
/** Hexadecimal digits too, for keys whose form is looked at first. */
const LETTERS = 'abcdef'

function madeUp(text: string): string {
  return text.replace(/\d/g, sign => another(sign, DIGITS)).replace(/[a-z]/gi, sign => another(sign, LETTERS))
}

function another(sign: string, signs: string): string {
  const others = signs.replace(sign, '')
  return others.charAt(randomInt(others.length))
}
