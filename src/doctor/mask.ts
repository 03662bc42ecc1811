// Secrets are known by where they stand, and taken out of every text that leaves.
import { textsOf } from './written.ts'

export type Mask = (text: string) => string

const MASKED = '[secret]'
/** What is shorter is no secret, and would take words apart. */
const LENGTH_MIN = 6
/** Keys whose values may be told, wherever they stand and however they were come by. */
const OPEN = new Set([
  ...['appId', 'publicKey', 'host', 'port', 'basePath', 'publicUrl', 'to', 'url', 'connectUrl', 'upgradeUrl'],
  ...['manageUrl', 'type', 'provider', 'name', 'id', 'language', 'sizes', 'upgradePath', 'allowedHosts', 'features']
])
const USER_INFO = /\/\/[^/\s@"]+@/g
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g

export interface MaskOptions {
  /** The configuration with its placeholders replaced. */
  filled: unknown
  /** Names of properties that hold secrets. */
  secretNames: readonly string[]
  /** Values that came from variables and files, with the places that they went to. */
  placed: readonly { value: string; places: readonly (readonly string[])[] }[]
}

/** Makes the function that takes out every secret of a configuration, passwords in addresses, and private keys. */
export function createMask({ filled, secretNames, placed }: MaskOptions): Mask {
  const secrets = new Set<string>()
  for (const [path, text] of textsOf(filled)) {
    if (secretNames.includes(lastKey(path))) secrets.add(text)
    for (const [, , password] of text.matchAll(/\/\/([^/\s:@]*):([^@\s/]+)@/g)) secrets.add(String(password))
  }
  // A value may have gone to where no secret belongs.
  for (const { value, places } of placed) if (!places.every(isOpen)) secrets.add(value)
  const known = [...secrets]
    .flatMap(secret => [secret, secret.trim(), encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    .filter(secret => secret.length >= LENGTH_MIN)
    .sort((a, b) => b.length - a.length)
  return text =>
    known
      .reduce((masked, secret) => masked.replaceAll(secret, MASKED), text)
      .replace(PRIVATE_KEY, MASKED)
      .replace(USER_INFO, `//${MASKED}@`)
}

function isOpen(path: readonly string[]): boolean {
  return OPEN.has(lastKey(path))
}

/** A list's numbers say nothing. */
function lastKey(path: readonly string[]): string {
  return path.findLast(key => !/^\d+$/.test(key)) ?? ''
}

/** Every text of a value, masked. */
export function maskDeep<Value>(value: Value, mask: Mask): Value
export function maskDeep(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask(value)
  if (Array.isArray(value)) return value.map(item => maskDeep(item, mask))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mask(key), maskDeep(item, mask)]))
}
