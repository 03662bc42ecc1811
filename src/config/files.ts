// The files that a configuration is read from: itself, and those that its placeholders name.
import { readFileSync } from 'node:fs'

/** Gives a file's text. @throws the system's error when it cannot be read */
export type ReadFile = (path: string) => string

/** What was read, by path, so that another process reads the very same. */
export type Files = readonly (readonly [path: string, text: string])[]

/** From the disk. */
export const readWholeFile: ReadFile = path => readFileSync(path, 'utf8')

/** From the disk, and remembered. */
export function rememberingFiles(): { readFile: ReadFile; files(): Files } {
  const read = new Map<string, string>()
  return {
    readFile(path) {
      const text = readWholeFile(path)
      read.set(path, text)
      return text
    },
    files: () => [...read]
  }
}

/** What another process has read; of nothing else it is asked. */
export function readFrom(files: Files): ReadFile {
  const texts = new Map(files)
  return path => texts.get(path) ?? ''
}
