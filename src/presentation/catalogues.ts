// The message catalogues: our own messages in every language, and the names that each adapter brings along.
import { adapters } from '../providers/index.ts'
import { MESSAGES_DIRECTORY, readCatalogueFiles } from './catalogue-files.ts'
import en from './messages/en.json' with { type: 'json' }

/** The key of a message that every language has. */
export type MessageKey = keyof typeof en
export type MessageCatalogue = Record<MessageKey, string>

/** Every message of our own, as English says it. */
export const english: MessageCatalogue = en

/** Whether a message of our own has that key. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key)
}

/**
 * The catalogue of a language, known to be whole.
 * @throws {Error} naming the first message that it lacks
 */
export function wholeCatalogue(language: string, content: unknown): MessageCatalogue {
  const texts = textsOf(content)
  const missing = Object.keys(en).find(key => !texts.has(key))
  if (missing)
    throw new Error(`The messages of ${language} lack ${missing}; npm run messages tells everything they lack`)
  return { ...english, ...Object.fromEntries(texts) }
}

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

/** The names that adapters bring along, by language, then by `<type>.feature.<id>` or `<type>.plan.<kind>`. */
const names = new Map<string, Map<string, string>>()
for (const { type, messages } of adapters.values()) {
  for (const [language, content] of messages ? readCatalogueFiles(messages) : []) {
    const known = names.get(language) ?? new Map<string, string>()
    for (const [key, text] of textsOf(content)) known.set(`${type}.${key}`, text)
    names.set(language, known)
  }
}
const englishNames: ReadonlyMap<string, string> = names.get('en') ?? new Map()

/** An adapter's name for something in a language, in English where it has none there; undefined when it has none at all. */
export function nameIn(language: string, key: string): string | undefined {
  return names.get(language)?.get(key) ?? englishNames.get(key)
}

/** Of pages of our own, which are no action's: nobody words them differently. */
const OF_PAGES = /^page\.|\.(field|hint|finding)\./

/** What a message or a name of an answer says in English; undefined when there is no such key. */
export function inEnglish(key: string): string | undefined {
  if (OF_PAGES.test(key)) return undefined
  return isMessageKey(key) ? english[key] : englishNames.get(key)
}

/** Every key of a message and of a name of an answer. */
export const WORDING_KEYS: readonly string[] = [...englishNames.keys(), ...Object.keys(en)].filter(
  key => !OF_PAGES.test(key)
)

function textsOf(content: unknown): Map<string, string> {
  if (typeof content !== 'object' || content === null) return new Map()
  return new Map(Object.entries(content).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
