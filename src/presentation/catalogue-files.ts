// Folders of catalogues: each file is a language, named by its BCP 47 tag.
import { readdirSync, readFileSync } from 'node:fs'

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

/** Where the messages of our own are. */
export const MESSAGES_DIRECTORY = new URL('messages/', import.meta.url)
