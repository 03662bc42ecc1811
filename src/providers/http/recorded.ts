// Recorded answers in the place of an API: one file for each request, or one for each page of it.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ask } from './answers.ts'
import { parseExact } from './json.ts'

/** A recorded answer that is not there, or is no JSON. */
export class RecordedError extends Error {
  override readonly name = 'RecordedError'
}

/** Answers from the files of a folder: `wallet.json`, or for a list `wallet-1.json`, `wallet-2.json` and so on. */
export function recordedAsk(folder: string): Ask {
  return async (_call, { name }, page) => {
    const files = [...(page === 1 ? [`${name}.json`] : []), `${name}-${page}.json`].map(file => join(folder, file))
    const file = files.find(path => existsSync(path))
    if (file === undefined) throw new RecordedError(`There is no ${files.join(' and no ')}, the answer to ${name}.`)
    try {
      return parseExact(readFileSync(file, 'utf8'))
    } catch {
      throw new RecordedError(`${file} is not JSON, or too much of it.`)
    }
  }
}
