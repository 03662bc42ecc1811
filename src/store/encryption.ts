// Secrets at rest: AES-256-GCM, a fresh nonce each time, bound to the row they belong to.
import { createCipheriv, createDecipheriv, createHash, createSecretKey, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
/** NIST SP 800-38D, 5.2.1.1: the length that GCM is made for. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

export interface Sealed {
  /** Names the key that opens it; tells nothing about the key. */
  keyId: string
  /** base64 of nonce, tag and ciphertext. */
  sealed: string
}

export interface Keyring {
  /** The key that encrypts. */
  keyId: string
  /** All that decrypt. */
  keyIds: readonly string[]
  /** Encrypts under the first key; `owner` must be told again to decrypt, so that a copied row opens nowhere else. */
  seal(plaintext: string, owner: readonly string[]): Sealed
  /**
   * @throws {SealError} when no key fits, or the text was changed or belongs to another owner
   */
  open(sealed: Sealed, owner: readonly string[]): string
}

/** What is stored cannot be read with the keys that are configured. */
export class SealError extends Error {
  override readonly name = 'SealError'
}

/** The 32 bytes of a key given as base64, or undefined when it is not that. */
export function readKey(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === KEY_BYTES && /^[A-Za-z0-9+/]{43}=$/.test(text.trim()) ? bytes : undefined
}

/** The first key encrypts, all decrypt. */
export function createKeyring(keys: readonly Buffer[]): Keyring {
  // As objects: made of bytes for each row they would cost three times what encrypting it does.
  const byId = new Map(keys.map(key => [idOf(key), createSecretKey(key)]))
  const [first] = byId
  if (!first) throw new SealError('no encryption key is configured')
  const [keyId, firstKey] = first
  return {
    keyId,
    keyIds: [...byId.keys()],
    seal(plaintext, owner) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(ALGORITHM, firstKey, nonce).setAAD(associatedData(owner))
      const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
      return { keyId, sealed: Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64') }
    },
    open({ keyId: id, sealed }, owner) {
      const key = byId.get(id)
      if (!key) throw new SealError(`no configured encryption key has the id ${id}`)
      const bytes = Buffer.from(sealed, 'base64')
      try {
        const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        decipher.setAAD(associatedData(owner)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString(
          'utf8'
        )
      } catch {
        throw new SealError('a stored secret was changed, or belongs to another site')
      }
    }
  }
}

function idOf(key: Buffer): string {
  return createHash('sha256').update('quota-bridge key id').update(key).digest('hex').slice(0, 16)
}

/** JSON keeps the borders between the parts, so that no two owners look alike. */
function associatedData(owner: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(owner))
}
