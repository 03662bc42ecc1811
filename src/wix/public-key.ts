// The app's public key in the forms in which it travels through dashboards, secrets and environment files.
import { createPublicKey, type KeyObject } from 'node:crypto'

/**
 * Reads an RSA public key given as PEM, as PEM whose newlines became a literal `\n`, or as base64 of the PEM.
 * @throws {Error} with a sentence that says what is wrong with it
 */
export function readPublicKey(text: string): KeyObject {
  const pem = toPem(text)
  if (pem.includes('PRIVATE KEY'))
    throw new Error('is a private key; give the public one, and keep the private one away from here')
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch {
    throw new Error('is not a readable public key; copy it whole, from -----BEGIN to -----END-----')
  }
  if (key.asymmetricKeyType !== 'rsa') throw new Error(`is an ${key.asymmetricKeyType} key; Wix signs with RSA`)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < 2048) throw new Error(`has only ${bits} bits; RS256 needs 2048 or more`)
  return key
}

function toPem(text: string): string {
  const trimmed = text.trim()
  if (trimmed.startsWith('-----')) return trimmed.replaceAll('\\n', '\n')
  const decoded = Buffer.from(trimmed.replace(/\s|\\n/g, ''), 'base64').toString('utf8')
  return decoded.trim().replaceAll('\\n', '\n')
}
