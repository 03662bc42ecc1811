// A compact JWS signed with RS256, checked on the threads of libuv, so that the event loop need not wait for it; what the way by
// WebCrypto and a library took is in bench/README.md.
import { type KeyObject, verify } from 'node:crypto'
import { promisify } from 'node:util'

const verifyOnPool = promisify(verify)

/** Base64url alone: Node's decoder would overlook blanks and padding, which RFC 7515 does not allow. */
const COMPACT_JWS = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/

/** The payload's bytes; or why there are none: the text is no such JWS, or its signature fits none of the keys. */
export type CheckedJws = Buffer | 'no-jws' | 'no-key'

/**
 * Checks the signature with each key in turn. Of the header only `alg` is believed, and only RS256 (RSASSA-PKCS1-v1_5 with SHA-256);
 * a header that names extensions which must be understood is refused, since none are.
 * https://www.rfc-editor.org/rfc/rfc7515#section-5.2, https://www.rfc-editor.org/rfc/rfc7518#section-3.3
 */
export async function checkJws(text: string, publicKeys: readonly KeyObject[]): Promise<CheckedJws> {
  const [, header = '', payload = '', signature = ''] = COMPACT_JWS.exec(text) ?? []
  if (!isRs256(header)) return 'no-jws'
  const signed = Buffer.from(text.slice(0, header.length + 1 + payload.length), 'latin1')
  const given = Buffer.from(signature, 'base64url')
  for (const key of publicKeys) {
    if (await verifyOnPool('RSA-SHA256', signed, key, given)) return Buffer.from(payload, 'base64url')
  }
  return 'no-key'
}

function isRs256(header: string): boolean {
  try {
    const read: unknown = JSON.parse(Buffer.from(header, 'base64url').toString())
    return typeof read === 'object' && read !== null && 'alg' in read && read.alg === 'RS256' && !('crit' in read)
  } catch {
    return false
  }
}
