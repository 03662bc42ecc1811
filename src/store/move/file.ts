// Files of exports: there whole or not at all, and for their owner alone.
import { randomBytes } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { MoveRefusal } from './refusal.ts'

/** In the place of a file's name: standard input or output. */
export const STANDARD = '-'

/**
 * Writes a file beside the place where it belongs, and puts it there when all of it is on the disk.
 * @throws {MoveRefusal} when a file is there, unless it is to be replaced, or the name leads nowhere
 * @throws the system's error; what stood at that place stands there still
 */
export async function writeFile(
  file: string,
  parts: () => Promise<AsyncIterable<Uint8Array>>,
  { replace, signal }: { replace: boolean; signal: AbortSignal }
): Promise<void> {
  if (!replace && existsSync(file)) throw new MoveRefusal('EXPORT_EXISTS', { file })
  const beside = `${file}.${randomBytes(4).toString('hex')}.part`
  const handle = await open(beside, 'wx', 0o600)
  try {
    try {
      for await (const part of await parts()) {
        signal.throwIfAborted()
        await handle.writeFile(part)
      }
      await handle.sync()
      signal.throwIfAborted()
    } finally {
      await handle.close()
    }
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
  await syncFolder(dirname(file))
}

/** The new name outlives a loss of power too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes to standard output, as fast as it is read. */
export async function writeStandard(parts: AsyncIterable<Uint8Array>): Promise<void> {
  await pipeline(parts, process.stdout, { end: false })
}

/** The bytes of a file, or of standard input. */
export function readParts(file: string): Readable {
  return file === STANDARD ? process.stdin : createReadStream(file)
}
