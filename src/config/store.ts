// What the store needs, and when it is needed at all.

import type { Mistake } from '../mistakes.ts'
import type { SourceSettings } from '../quota/source.ts'
import { Secret, Type } from '../schema.ts'
import { readKey } from '../store/encryption.ts'

/** The section `store:`. */
export const StoreSchema = Type.Object(
  {
    url: Type.String({
      pattern: '^(file:.+|postgres(ql)?://.+)$',
      default: 'file:data/quota-bridge.db',
      // It may hold a password.
      shown: false,
      description: 'file:PATH for embedded SQLite, postgres://… for several replicas',
      examples: ['postgres://quota@db.internal/quota']
    }),
    encryptionKeys: Type.Array(Secret({ description: 'base64 of 32 bytes', examples: ['${ENCRYPTION_KEY}'] }), {
      minItems: 1,
      description: 'base64 of 32 bytes each (openssl rand -base64 32); the first encrypts, all decrypt',
      examples: [['${ENCRYPTION_KEY}']]
    })
  },
  {
    additionalProperties: false,
    description: "where the sites' own connections are kept",
    examples: [{ encryptionKeys: ['${ENCRYPTION_KEY}'] }]
  }
)

export interface ConfiguredStore {
  url: string
  encryptionKeys: Buffer[]
}

export interface WrittenStore {
  url: string
  encryptionKeys: string[]
}

/** The store's settings with their keys read; what is wrong with them goes to `mistakes`. */
export function readStore(written: WrittenStore | undefined, mistakes: Mistake[]): ConfiguredStore | undefined {
  if (!written) return undefined
  const encryptionKeys = written.encryptionKeys.flatMap((text, index) => {
    const key = readKey(text)
    if (key) return [key]
    mistakes.push({
      path: ['store', 'encryptionKeys', String(index)],
      message: 'is not base64 of 32 bytes; make one with: openssl rand -base64 32'
    })
    return []
  })
  if (!written.url.startsWith('file:') && !isUsableUrl(written.url)) {
    mistakes.push({
      path: ['store', 'url'],
      message:
        'is not a usable address; in its user and password, write signs such as / : @ # ? % by their code (%2F %3A %40 %23 %3F %25)'
    })
  }
  return { url: written.url, encryptionKeys }
}

/** As the database's driver reads it. */
function isUsableUrl(text: string): boolean {
  const { username = '', password = '', pathname = '' } = URL.parse(text) ?? {}
  try {
    return URL.canParse(text) && [username, password, pathname].every(part => decodeURIComponent(part) !== undefined)
  } catch {
    return false
  }
}

/** What the rest of the configuration asks of the store. */
export function storeMistakes(
  hasStore: boolean,
  isPostgres: boolean,
  allowUnsigned: boolean,
  publicUrl: string | undefined,
  providers: ReadonlyMap<string, SourceSettings>
): Mistake[] {
  const mistakes: Mistake[] = []
  const perSite = [...providers.values()].find(({ shared }) => !shared)
  if (perSite && !hasStore) {
    mistakes.push({
      path: ['store'],
      message: `is missing: the provider ${perSite.name} keeps a connection per site, encrypted; write store: { encryptionKeys: ["\${ENCRYPTION_KEY}"] }, base64 of 32 bytes`
    })
  }
  if (publicUrl !== undefined && !hasStore) {
    mistakes.push({
      path: ['server', 'publicUrl'],
      message: 'needs a store, which keeps the key that signs upgrade links; write store: { encryptionKeys: [...] } too'
    })
  }
  if (isPostgres && allowUnsigned) {
    mistakes.push({
      path: ['wix', 'allowUnsigned'],
      message: 'is true, which is for development only and does not go together with a PostgreSQL store'
    })
  }
  return mistakes
}
