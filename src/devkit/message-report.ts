// What the message catalogues lack, each as a whole and message by message.
import { translationMistakes } from '../presentation/message-syntax.ts'
import { renderingMistakes } from './rendered-messages.ts'

export interface CatalogueFolder {
  /** As mistakes name it, such as `providers/docspace/messages`. */
  name: string
  /** What its files hold, by language, unchecked; an error where one is not JSON. */
  files: ReadonlyMap<string, unknown>
  /** Which languages there must be. */
  needed: readonly string[]
  /** Which there may be; any when left out. */
  allowed?: readonly string[]
  /** Whether the code uses a key. */
  isUsed: (key: string) => boolean
  /** Whether they are messages with values to be filled in; names alone otherwise. */
  filled?: boolean
}

/** Everything wrong with a folder of catalogues, as `folder/file: what`. Its en.json says which messages there are. */
export function messageMistakes({ name, files, needed, allowed, isUsed, filled }: CatalogueFolder): string[] {
  const english = textsOf(files.get('en'))
  const absent = needed.filter(language => !files.has(language)).map(language => `${name}/${language}.json is missing`)
  // Beside no English every message of the others would be one too many.
  const compared = [...files].filter(([language]) => language === 'en' || isObject(files.get('en')))
  const inside = compared.flatMap(([language, content]) => {
    const surplus = allowed && !allowed.includes(language) ? ['is not a language of the answers'] : []
    const written = catalogueMistakes(language, content, english)
    // What is written wrongly cannot be filled.
    const rendered = filled && written.length === 0 ? renderingMistakes(language, textsOf(content)) : []
    const found = [...surplus, ...written, ...rendered]
    return found.map(mistake => `${name}/${language}.json: ${mistake}`)
  })
  const unused = [...english.keys()].filter(key => !isUsed(key))
  return [...absent, ...inside, ...unused.map(key => `${name}/en.json: ${key} is used nowhere`)]
}

function catalogueMistakes(language: string, content: unknown, english: ReadonlyMap<string, string>): string[] {
  if (!isCanonical(language)) return ['the file is not named by a language tag such as de, pt-BR or zh-Hant']
  if (content instanceof Error) return [`is not JSON (${content.message})`]
  if (!isObject(content)) return ['is not a JSON object']
  const written = new Map<string, unknown>(Object.entries(content))
  const missing = [...english].filter(([key]) => !written.has(key)).map(([key, text]) => `${key} is missing: ${text}`)
  const inside = [...written].flatMap(([key, text]) => {
    const wanted = english.get(key)
    if (typeof text !== 'string' || text.trim() === '') return [`${key} is not a text`]
    if (wanted === undefined) return [`${key} is not a message of en.json`]
    return translationMistakes(wanted, text, language).map(mistake => `${key} ${mistake}`)
  })
  return [...missing, ...inside]
}

/** The messages of an en.json that can be compared with; what is wrong with the others is told for en itself. */
function textsOf(content: unknown): Map<string, string> {
  if (!isObject(content)) return new Map()
  return new Map(Object.entries(content).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function isObject(content: unknown): content is object {
  return typeof content === 'object' && content !== null && !Array.isArray(content) && !(content instanceof Error)
}

function isCanonical(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag)[0] === tag
  } catch {
    return false
  }
}
