// A store for several processes that are to keep nothing: a file that lasts as long as they do, under a key that they alone have.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryStore {
  url: string
  encryptionKeys: readonly [Buffer]
}

/**
 * Makes it; `remove` is to be called when nobody uses it any more.
 * @throws the system's error when nothing can be written into the folder for temporary files
 */
export function storeInTemporaryFile(): TemporaryStore & { remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'quota-bridge-'))
  return {
    url: `file:${join(folder, 'shared.db')}`,
    encryptionKeys: [randomBytes(32)],
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}
