// Bytes from outside that have to be UTF-8.
import { isAscii } from 'node:buffer'

/** One for all: making one costs more than what it decodes. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The text that the bytes are; nearly always ASCII, which needs no decoder.
 * @throws {TypeError} when they are not UTF-8
 */
export function decodeUtf8(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString('latin1') : utf8.decode(bytes)
}
