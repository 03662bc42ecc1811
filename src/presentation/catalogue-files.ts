// Folders of catalogues: each file is a language, named by its BCP 47 tag.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ROOT } from '../root.ts'

const ENDING = '.json'

/**
 * What stands in the files of a folder of catalogues, by language.
 * @throws the system's error when they cannot be read
 */
export function catalogueTexts(directory: URL): Map<string, string> {
  const files = readdirSync(directory).filter(file => file.endsWith(ENDING))
  return new Map(
    files.sort().map(file => [file.slice(0, -ENDING.length), readFileSync(new URL(file, directory), 'utf8')])
  )
}

/**
 * What a folder of catalogues holds, by language, unchecked.
 * @throws the system's error when it cannot be read, and an error that names the first file that is not JSON
 */
export function readCatalogueFiles(directory: URL): Map<string, unknown> {
  const parse = (language: string, text: string): unknown => {
    try {
      return JSON.parse(text)
    } catch (cause) {
      const file = fileURLToPath(new URL(`${language}${ENDING}`, directory))
      throw new Error(`${file} is not JSON; npm run messages tells what is wrong in it`, { cause })
    }
  }
  return new Map([...catalogueTexts(directory)].map(([language, text]) => [language, parse(language, text)]))
}

/** Where the messages of our own are. */
export const MESSAGES_DIRECTORY = new URL('presentation/messages/', ROOT)
