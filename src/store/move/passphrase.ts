// age's scrypt recipient, with Node's own scrypt: the library's is written in JavaScript and takes ten times as long.
// https://c2sp.org/age#the-scrypt-recipient-type
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import type { Identity, Recipient } from 'age-encryption'

export const SCRYPT = 'scrypt'
/** 128 MiB for a moment. https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt */
const LOG_N = 17
/** A GiB; no file of ours asks for more, and one that was changed shall not. */
const LOG_N_MAX = 20
const BLOCK_SIZE = 8
const LABEL = 'age-encryption.org/v1/scrypt'
const CIPHER = 'chacha20-poly1305'
/** A key encrypts once. */
const NONCE = Buffer.alloc(12)
const SALT_BYTES = 16
const FILE_KEY_BYTES = 16
const TAG_BYTES = 16

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt)

function keyOf(passphrase: string, salt: Buffer, logN: number): Promise<Buffer> {
  const N = 2 ** logN
  return derive(passphrase, Buffer.concat([Buffer.from(LABEL), salt]), 32, {
    N,
    r: BLOCK_SIZE,
    p: 1,
    maxmem: 256 * BLOCK_SIZE * N
  })
}

/** Lets a passphrase open a file; nothing else may open it too. */
export function passphraseRecipient(passphrase: string, logN = LOG_N): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const { Stanza } = await import('age-encryption')
      const salt = randomBytes(SALT_BYTES)
      const cipher = createCipheriv(CIPHER, await keyOf(passphrase, salt, logN), NONCE, { authTagLength: TAG_BYTES })
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()])
      return [new Stanza([SCRYPT, salt.toString('base64').replace(/=+$/, ''), String(logN)], body)]
    }
  }
}

/** Opens what a passphrase opens, whichever program wrote it. */
export function passphraseIdentity(passphrase: string): Identity {
  return {
    async unwrapFileKey(stanzas) {
      const [stanza] = stanzas
      const [kind, salt = '', logN = ''] = stanza?.args ?? []
      if (!stanza || stanzas.length > 1 || kind !== SCRYPT) return null
      if (!/^[1-9]\d?$/.test(logN) || Number(logN) > LOG_N_MAX || stanza.body.length !== FILE_KEY_BYTES + TAG_BYTES)
        throw new Error('no stanza of age')
      const key = await keyOf(passphrase, Buffer.from(salt, 'base64'), Number(logN))
      const decipher = createDecipheriv(CIPHER, key, NONCE, { authTagLength: TAG_BYTES })
      decipher.setAuthTag(stanza.body.subarray(FILE_KEY_BYTES))
      try {
        return Buffer.concat([decipher.update(stanza.body.subarray(0, FILE_KEY_BYTES)), decipher.final()])
      } catch {
        return null
      }
    }
  }
}
