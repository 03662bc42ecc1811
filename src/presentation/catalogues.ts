// The message catalogues: each file of messages/ is a language, named by its BCP 47 tag.
import { readdirSync, readFileSync } from 'node:fs'
import en from './messages/en.json' with { type: 'json' }

export type MessageKey = keyof typeof en
export type MessageCatalogue = Record<MessageKey, string>

/** Every message there is, as English says it. */
export const english: MessageCatalogue = en

/** Whether the catalogues have a message of that key. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key)
}

export const MESSAGE_KEYS: readonly MessageKey[] = Object.keys(en).filter(isMessageKey)

/**
 * What a folder of catalogues holds, by language, unchecked.
 * @throws the system's error when it cannot be read, a SyntaxError for what is not JSON
 */
export function readCatalogueFiles(directory: URL): Map<string, unknown> {
  const files = readdirSync(directory).filter(file => file.endsWith('.json'))
  return new Map(
    files
      .sort()
      .map(file => [file.slice(0, -'.json'.length), JSON.parse(readFileSync(new URL(file, directory), 'utf8'))])
  )
}

/**
 * The catalogue of a language, known to be whole.
 * @throws {Error} naming the first message that it lacks
 */
export function wholeCatalogue(language: string, content: unknown): MessageCatalogue {
  const lacks = (key: MessageKey) =>
    typeof content !== 'object' || content === null || typeof Reflect.get(content, key) !== 'string'
  const missing = MESSAGE_KEYS.find(lacks)
  if (missing)
    throw new Error(`The messages of ${language} lack ${missing}; npm run messages tells everything they lack`)
  return { ...english, ...(typeof content === 'object' && content) }
}

/** Where the catalogues are. */
export const MESSAGES_DIRECTORY = new URL('messages/', import.meta.url)

// Read once: a language is added by its file alone, with no list of them to keep.
const catalogues: ReadonlyMap<string, MessageCatalogue> = new Map(
  [...readCatalogueFiles(MESSAGES_DIRECTORY)].map(([language, content]) => [
    language,
    wholeCatalogue(language, content)
  ])
)

/** Tags of the languages that an answer can be in, sorted. */
export const LANGUAGES: readonly string[] = [...catalogues.keys()]

/** The messages of one of LANGUAGES; English for anything else. */
export function catalogueOf(language: string): MessageCatalogue {
  return catalogues.get(language) ?? english
}
